"""A room of visitors: names that tell them apart, where each is, and what is shown to all."""

import json

import pytest

from dgviz.experiment.run_files import DamagedFile
from dgviz.ui.session import room as of_room
from dgviz.ui.session.room import FILE, LONGEST, Room, Shown


@pytest.fixture
def room(tmp_path):
    return Room(tmp_path / "runs")


def test_two_of_the_same_name_are_told_apart(room):
    assert [room.call(who, name) for who, name in (("1", "Ada"), ("2", "ada"), ("3", " Ada "))] == [
        "Ada",
        "ada 2",
        "Ada 3",
    ]
    assert room.call("1", "Ada") == "Ada"  # one's own name is free
    assert [room.name_of(who) for who in ("1", "2", "3", "4", "")] == ["Ada", "ada 2", "Ada 3", "", ""]


@pytest.mark.parametrize("name", ["", "  ", "x" * (LONGEST + 1), "a\x00b", "a\u202eb"])
def test_what_is_no_name_is_refused(room, name):
    with pytest.raises(ValueError, match=f"cannot be a name. Give one of up to {LONGEST} letters"):
        room.call("1", name)
    assert room.name_of("1") == ""


def test_a_visitor_keeps_the_name_where_the_server_starts_again(room, tmp_path):
    room.call("1", "Ada <b>")
    again = Room(tmp_path / "runs")
    assert again.name_of("1") == "Ada <b>" and again.call("2", "Ada <B>") == "Ada <B> 2"


def test_names_that_were_damaged_are_said(tmp_path):
    (tmp_path / FILE).write_text("{")
    with pytest.raises(DamagedFile, match=f"{FILE} is damaged"):
        Room(tmp_path)
    (tmp_path / FILE).write_text(json.dumps({"1": 7, "2": "Ada"}))
    assert Room(tmp_path).name_of("1") == "" and Room(tmp_path).name_of("2") == "Ada"


def test_it_knows_where_everybody_is_and_was_when_they_left(room, monkeypatch):
    leave = room.enter("1", lambda shown: None)
    room.note("1", lens="Checks", site="a1", run="default")
    assert room.places() == []  # nobody without a name
    room.call("1", "Ada")
    (place,) = room.places()
    assert (place.lens, place.site, place.run, place.pages) == ("Checks", "a1", "default", 1)
    second = room.enter("1", lambda shown: None)
    assert room.places()[0].pages == 2
    monkeypatch.setattr(of_room.time, "time", lambda: 10.0)
    leave(), second(), second()
    (left,) = room.places()
    assert (left.pages, left.site, left.seen) == (0, "a1", place.seen)


def test_what_is_shown_reaches_every_open_page_of_visitors_and_not_the_owner(room):
    seen = []
    leaves = [room.enter(who, lambda shown, who=who: seen.append((who, shown))) for who in ("1", "1", "2", "")]
    shown = Shown(lesson="snow")
    assert room.show_all(shown) == 3 and sorted(who for who, _ in seen) == ["1", "1", "2"]
    for leave in leaves:
        leave()
    assert room.show_all(shown) == 0 and len(seen) == 3
