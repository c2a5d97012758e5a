"""The page Data: what is to know of how the data were read, doubts first."""

from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.ui.lenses.data.how_it_was_read import HowItWasRead
from dgviz.ui.session.state import AppState
from dgviz.ui.words.remarks import remark_table

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
    assert "pet=Hamon computes its own" in HowItWasRead(state=state)._place[0].content
