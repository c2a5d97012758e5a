"""The page Data: what is to know of how the data were read, doubts first."""

from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.ui.lenses.data.explorer import site_table
from dgviz.ui.lenses.data.how_it_was_read import HowItWasRead
from dgviz.ui.session.state import AppState
from dgviz.ui.words.remarks import named, remark_table
from dgviz.ui.words.text import axis_label

SAID = [
    Remark("converted", "area", "from mi2 to km2: times 2.58999"),
    Remark("left out", "b1", "no streamflow"),
    Remark("left out", "b2", "no streamflow"),
    Remark("doubtful", "<b>a1</b>", "mean streamflow is 9 times the mean precipitation: is it in m3 s-1?"),
]


def test_doubts_come_first_the_same_is_said_once_and_words_are_escaped():
    table = remark_table(SAID)
    assert table.index("Doubtful") < table.index("Left out") < table.index("Converted")
    assert table.count("no streamflow") == 1 and "b1, b2" in table
    assert "&lt;b&gt;a1&lt;/b&gt;" in table and "<b>a1" not in table


def test_the_card_shows_the_remarks_of_the_data_and_of_the_run(empty_store, store, dataset):
    state = AppState(store)
    assert HowItWasRead(state=state).has_body is False
    store._datasets["said"] = with_remarks(dataset, SAID)
    state.edit(data="said")
    view = HowItWasRead(state=state)
    assert "9 times the mean precipitation" in view._place[0].content
    state = AppState(store)
    run = store.run(state.run)
    run.record["remarks"] = [["not read", "pet", "the data have it, but pet=Hamon computes its own"]]
    run.record["remarks"] += [["doubtful", "fc", "22% of its values lie at the lower end of its range, 50 mm"]]
    shown = HowItWasRead(state=state)._place[0].content
    assert "pet=Hamon computes its own" in shown and "22% of its values" not in shown  # that is of the model


def test_remarks_name_quantities_and_units_as_people_do(store, dataset):
    science = store.default_config("made-up").science
    said = [Remark("doubtful", "fc", "at 50 mm d-1 and 2 degC"), Remark("left out", "b1-d-1", "3 m3 s-1")]
    first, second = named(said, dataset, science)
    assert first.about == "Field capacity (fc)" and second.about == "b1-d-1"
    table = remark_table([first, second])
    assert (
        "at 50 mm d\u207b\u00b9 and 2 \u00b0C" in table and "3 m\u00b3 s\u207b\u00b9" in table and ">b1-d-1<" in table
    )


def test_places_that_are_not_published_are_no_column_to_draw(dataset):
    nowhere = dataset.assign_coords(lat=dataset.lat * float("nan"))
    (missing,) = {*site_table(dataset)} - {*site_table(nowhere)}
    assert missing == axis_label(dataset.lat)
