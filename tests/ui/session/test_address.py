from urllib.parse import parse_qsl

import pytest

from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.session.address import from_query, to_query
from dgviz.ui.session.state import AppState

PAGES = ("Budget", "Data")


def queried(state):
    return dict(parse_qsl(to_query(state)[1:], keep_blank_values=True))


def test_what_is_seen_comes_back_from_the_address(state, store):
    state.edit(snow="NoSnow", dynamic=("beta", "fc"), epochs=7, learning_rate=0.02, loss="kge")
    state.select(["b2", "c3"])
    state.pick("c3")
    state.compare_with("no-snow")
    state.suppose({"k1": 0.12, "beta": 2.1})
    state.param.update(
        page="Data",
        colour=ColourChoice("parameter", "fc"),
        window=("2000-02-03", "2000-05-06"),
        dark=True,
        log_axis=True,
    )
    again = AppState(store)
    assert from_query(queried(state), again, PAGES) == []
    assert queried(again) == queried(state)
    assert again.supposed == {"k1": 0.12, "beta": 2.1} and queried(again)["whatif"] == "k1:0.12,beta:2.1"
    assert again.config == state.config and again.selected == ["b2", "c3"] and again.dark


def test_defaults_are_written_too(state):
    query = queried(state)
    assert query["snow"] == "DegreeDaySnow" and query["log"] == "0" and query["page"] == "Budget"
    assert query["run"] == "default" and query["baseline"] == ""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"site": "../../etc/passwd"}, "no basin"),
        ({"run": "../secret"}, "no finished run '../secret'"),
        ({"data": "/etc/passwd"}, "not offered"),
        ({"snow": "Avalanche"}, "no option 'Avalanche'"),
        ({"epochs": "many"}, "epochs"),
        ({"whatif": "k1=0.12"}, "whatif='k1=0.12'. Give numbers by name, as k1:0.12"),
        ({"whatif": "k1:0.7"}, "left out: k1 cannot be 0.7 d\u207b\u00b9. Give 0.01 to 0.5."),
        ({"whatif": "beta:99"}, "left out: beta cannot be 99. Give 1 to 6."),
        ({"whatif": "kl:0.1,beta:2"}, "left out: The model has no parameter 'kl'."),
        ({"epochz": "3"}, "'epochz', which is not known and was left out. Did you mean 'epochs'?"),
        ({"page": "Admin"}, "page='Admin'. Give one of: Budget, Data."),
        ({"chart": "pie"}, "chart='pie'. Give one of: series, duration, regime."),
        ({"theme": "blue"}, "theme='blue'. Give one of: light, dark."),
        ({"log": "yes"}, "log='yes'. Give one of: 0, 1."),
        ({"colour": "red"}, "colour='red'. Give a kind and a name"),
        ({"followed": "nobody"}, "no run 'nobody'"),
        ({"select": "zz"}, "no basin 'zz'"),
        ({"from": "yesterday", "to": "2000-01-01"}, "Give from=DAY and to=DAY, within 1999-10-01 to 2002-09-29."),
        ({"from": "2000-01-01"}, "the days '2000-01-01'. Give"),
        ({"from": "2000-02-30", "to": "2000-03-01"}, "'2000-02-30' to '2000-03-01'"),
        ({"from": "9999-99-99", "to": "9999-99-99"}, "'9999-99-99' to"),
        ({"from": "2000-03-01", "to": "2000-02-01"}, "'2000-03-01' to"),
        ({"from": "1900-01-01", "to": "1900-12-31"}, "'1900-01-01' to"),
        ({"day": "2000-99-99"}, "day='2000-99-99', which is not in the record. Give one of 1999-10-01 to 2002-09-29."),
        ({"day": "0000-00-00"}, "day='0000-00-00'"),
        ({"day": "9999-12-31"}, "day='9999-12-31'"),
    ],
)
def test_what_is_unknown_is_said_and_left_out(state, query, said):
    before = queried(state)
    (problem,) = from_query(query, state, PAGES)
    assert said in problem
    assert queried(state) == before


def test_of_several_faults_each_is_said(state):
    domain, data, epochs = ({"domain": "alchemy"}, {"data": "/etc/passwd"}, {"epochs": "-5"})
    for first, said in ((domain, "no domain 'alchemy'"), (data, "'/etc/passwd' is not offered")):
        problems = from_query(first | epochs, state, PAGES)
        assert said in problems[0] and "epochs" in problems[1]


def test_a_window_ends_where_the_record_does(state):
    assert from_query({"from": "0001-01-01", "to": "2000-01-01"}, state, PAGES) == []
    assert state.window == ("1999-10-01", "2000-01-01")
    assert from_query({"from": "2000-01-01", "to": "9999-12-31"}, state, PAGES) == []
    assert state.window == ("2000-01-01", "2002-09-29")


def test_another_data_set_that_is_offered_is_opened(state):
    assert from_query({"data": "other"}, state, PAGES) == [] and state.config.data == "other"
