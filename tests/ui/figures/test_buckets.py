"""The bucket diagram: where things stand follows from the declarations, what is drawn from the day."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import xarray as xr

from dgviz.domains import Domain, discover
from dgviz.processes.balance import substances
from dgviz.processes.declare import Flux, Parameter, Process, State
from dgviz.ui import theme
from dgviz.ui.figures.bucket_diagram import WIDEST, BucketDiagram, thin_stores
from dgviz.ui.figures.buckets import MAIN, SIDE, lay_out
from tests.ui.conftest import LOOK

HYDROLOGY = discover()["hydrology"]
CHOICES = [{}] + [
    {slot: option.__name__} for slot, options in HYDROLOGY.slots.items() for option in options[1:] if option.__name__
]


class Leaf(Process):
    """Leaf."""

    gain = Parameter("d-1", "Gain")
    sugar = State("mm", "Sugar in the leaf")
    uptake = Flux("mm d-1", "Uptake", out_of="air", into="sugar")
    respiration = Flux("mm d-1", "Respiration", out_of="sugar", into="air")

    def forward(self, *, gain, sugar):
        return dict(uptake=gain, respiration=sugar)


class Root(Process):
    """Root."""

    starch = State("mm", "Starch in the root")
    descent = Flux("mm d-1", "Descent", out_of="sugar", into="starch")
    exudation = Flux("mm d-1", "Exudation", out_of="starch", into="soil")

    def forward(self, *, sugar, starch):
        return dict(descent=sugar, exudation=starch)


PLANT = Domain("Plant", "plant", {}, {}, {}, dict(leaf=(Leaf,), root=(Root,)), ("air", "soil"))


def touches(box, x, y):
    return box.left <= x <= box.right and min(abs(y - box.top), abs(y - box.bottom)) < 1e-9


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_every_flux_that_moves_something_joins_its_stores(choices):
    picture = lay_out(HYDROLOGY, choices)
    model = HYDROLOGY.build(**choices)
    moving = {name: flux for name, flux in model.of(Flux).items() if flux.out_of and flux.into}
    assert {a.name for a in picture.arrows.values() if a.on} == set(moving)
    assert {s.name for s in picture.stores.values() if s.on} == set(model.of(State))
    for arrow in picture.arrows.values():
        source, goal = picture.stores.get(arrow.declared.out_of), picture.stores.get(arrow.declared.into)
        if arrow.x0 == arrow.x1:
            assert source is None or touches(source, arrow.x0, arrow.y0), arrow.name
            assert goal is None or touches(goal, arrow.x1, arrow.y1), arrow.name
        else:
            assert arrow.x0 == source.right and arrow.x1 == goal.left
            assert source.top < arrow.y0 < source.bottom and goal.top < arrow.y1 < goal.bottom


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_no_box_covers_another_and_no_arrow_runs_through_one(choices):
    picture = lay_out(HYDROLOGY, choices)
    boxes = list(picture.stores.values())
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = one.right <= other.left or other.right <= one.left
            assert apart or one.bottom < other.top or other.bottom < one.top, (one.name, other.name)
    for arrow in picture.arrows.values():
        ends = {arrow.declared.out_of, arrow.declared.into}
        low, high = sorted((arrow.y0, arrow.y1))
        for box in boxes:
            if arrow.x0 == arrow.x1 and box.name not in ends:
                assert not (box.left < arrow.x0 < box.right and low < box.top and box.bottom < high), arrow.name


def test_water_falls_from_the_top_returns_on_the_left_and_leaves_on_the_right():
    picture = lay_out(HYDROLOGY, {})
    assert (picture.above, picture.beside) == (("atmosphere",), ("outlet",))
    rain, vapour, flow = (picture.arrows[n] for n in ("rainfall", "evapotranspiration", "streamflow"))
    assert rain.y0 < rain.y1 and vapour.y0 > vapour.y1 and vapour.x0 < rain.x0
    assert flow.x0 > MAIN and picture.stores["channel"].left > MAIN
    order = [s.top for s in picture.stores.values()]
    assert order[:6] == sorted(order[:6])


def test_what_is_switched_off_keeps_its_place_but_is_not_on():
    with_snow, without = lay_out(HYDROLOGY, {}), lay_out(HYDROLOGY, {"snow": "NoSnow"})
    assert with_snow.stores.keys() == without.stores.keys() and with_snow.arrows.keys() == without.arrows.keys()
    assert not without.stores["snowpack"].on and not without.arrows["melt"].on
    assert without.arrows["rainfall"].on


def test_a_flux_that_a_network_gives_is_marked():
    picture = lay_out(
        HYDROLOGY, {"evapotranspiration": "LearnedEvapotranspiration", "groundwater": "LearnedPercolation"}
    )
    assert {name for name, a in picture.arrows.items() if a.learned} == {"evapotranspiration", "percolation"}
    assert not any(a.learned for a in lay_out(HYDROLOGY, {}).arrows.values())


def test_another_domain_gets_a_picture_of_its_own():
    picture = lay_out(PLANT, {})
    assert list(picture.stores) == ["sugar", "starch"]
    assert (picture.above, picture.beside) == (("air",), ("soil",))
    assert set(picture.arrows) == {"uptake", "respiration", "descent", "exudation"}
    assert picture.stores["starch"].left > MAIN  # it only drains to the soil
    diagram, day = BucketDiagram(picture, LOOK), dict.fromkeys((*picture.stores, *picture.arrows), 1.0)
    assert {"Sugar in the leaf", "Exudation"} <= Drawn(diagram, day).parts.keys()


@pytest.fixture
def simulated():
    model, days = HYDROLOGY.build(), 50
    values = {n: ("time", np.linspace(0, 10, days)) for n in (*model.of(Flux), *model.of(State))}
    return xr.Dataset(values | {"surface": ("time", np.zeros(days)), "rainfall": ("time", np.linspace(0, 40, days))})


class Drawn:
    """What the SVG of a day shows, by the long name that stands first in each title."""

    def __init__(self, diagram, day, lines=()):
        self.picture = ElementTree.fromstring(diagram.draw(day, lines, "A day"))
        self.parts = {part.find("title").text.partition(":")[0]: part for part in self.picture.iter("g")}

    def words(self, name):
        return ["".join(text.itertext()) for text in self.parts[name].findall("text")]

    def level(self, name):
        """How high the water of a store stands, px, and how much room it has."""
        empty, water = self.parts[name].findall("rect")
        assert water.get("y") == f"{float(empty.get('y')) + float(empty.get('height')) - self._height(water):.1f}"
        return self._height(water), self._height(empty) - 3, water.get("fill")

    def width(self, name):
        """How wide an arrow is, px, and by how many degrees its head is turned."""
        line = self.parts[name].find("line")
        width = line.get("stroke-width") if line is not None else self.parts[name].find("rect").get("height")
        angle = re.search(r"-?\d+", self.parts[name].find("svg/path").get("transform"))[0]
        return float(width), int(angle)

    @staticmethod
    def _height(rect):
        return float(rect.get("height"))


@pytest.mark.parametrize("dark", [False, True])
def test_levels_and_widths_are_those_of_the_day(simulated, dark):
    diagram = BucketDiagram(lay_out(HYDROLOGY, {}, {"surface"}), replace(LOOK, dark=dark))
    diagram.scale(simulated)
    day = {name: float(series[-1]) for name, series in simulated.items()} | {"melt": 0.0, "soil_moisture": 4.9}
    drawn = Drawn(diagram, day)
    level, room, ink = drawn.level("Soil moisture")
    full = float(np.percentile(simulated.soil_moisture, 98))
    assert level == pytest.approx(room * 4.9 / full, abs=0.06)
    assert drawn.words("Soil moisture") == ["Soil moisture 4.9 mm"]
    assert ink == theme.colour("soil_moisture", dark, LOOK.colours)
    stores = [store.declared.long_name for store in diagram.stores]
    assert all(level <= room + 0.06 for level, room, _ in map(drawn.level, stores))  # no bucket overflows
    assert drawn.width("Rainfall")[0] == pytest.approx(WIDEST)
    assert drawn.width("Snowfall")[0] == pytest.approx(WIDEST / 2)  # a quarter of the flux
    assert drawn.words("Rainfall") == ["Rainfall", "40.0 mm d\u207b\u00b9"]
    assert drawn.width("Snowmelt") == (1.0, drawn.width("Snowmelt")[1])  # nothing flows: a hairline without a label
    assert drawn.words("Snowmelt") == []


def test_the_weather_stands_beside_the_stores_and_texts_are_shown_as_they_are(simulated):
    diagram = BucketDiagram(lay_out(HYDROLOGY, {}), LOOK)
    diagram.scale(simulated)
    svg = diagram.draw(dict.fromkeys(simulated, 1.0), [("4 mm", "<b>rain</b>")], "On 'a' <day>")
    assert "&lt;b&gt;rain&lt;/b&gt;" in svg and "<b>" not in svg
    picture = ElementTree.fromstring(svg)
    assert picture.get("role") == "img" and picture.get("aria-label") == "On 'a' <day>"
    beside = {text.text: text.get("x") for text in picture.findall("text")}
    assert {beside["4 mm"], beside["<b>rain</b>"]} == {f"{MAIN + 12:.2f}%"}


def test_what_is_switched_off_is_dashed_and_said(simulated):
    diagram = BucketDiagram(lay_out(HYDROLOGY, {"snow": "NoSnow", "routing": "NoRouting"}), LOOK)
    diagram.scale(simulated)
    picture = ElementTree.fromstring(diagram.draw(dict.fromkeys(simulated, 1.0), [], ""))
    said = ["".join(text.itertext()) for text in picture.findall("text")]
    assert "Snowpack: off" in said and not [words for words in said if words.startswith("Snowmelt")]
    grey = [line for line in picture.findall("line") if line.get("stroke") == LOOK.token("missing")]
    dashed = [line for line in grey if line.get("stroke-dasharray") != "none"]
    off = [store for store in diagram.picture.stores.values() if not store.on]
    assert len(dashed) == 3 * len(off) + sum(not arrow.on for arrow in diagram.picture.arrows.values())
    titles = {part.find("title").text.partition(":")[0] for part in picture.iter("g")}
    assert titles == {one.declared.long_name for one in (*diagram.stores, *diagram.arrows)}


SCIENCES = {name: science for name, science in discover().items() if science.build().of(State)}


@pytest.mark.parametrize("name", SCIENCES)
def test_every_science_is_drawn_within_the_frame(name):
    science = discover()[name]
    model, days = science.build(), 20
    declared = model.of(Flux) | model.of(State)
    values = {n: ("time", np.linspace(0, 10, days), quantity.attrs) for n, quantity in declared.items()}
    look = replace(LOOK, colours=theme.colours_of(science))
    for units in substances(model):
        check_frame(BucketDiagram(lay_out(science, {}, units=units), look), values)


def check_frame(diagram, values):
    """All that is drawn of these values `(time,)` by name lies within the picture."""
    diagram.scale(xr.Dataset(values))
    drawn = Drawn(diagram, dict.fromkeys(values, 5.0), [("4 mm", "rain"), ("3 degC", "air"), ("5 mm", "observed")])
    facts = [float(text.get("y")) for text in drawn.picture.findall("text") if text.get("class") == "large"]
    leaving = [arrow.label[1] for arrow in diagram.arrows if arrow.split]
    assert len(facts) == 3 and not any(fact - 12 < y < fact + 14 for fact in facts for y in leaving)
    height = float(drawn.picture.get("height"))
    for part in drawn.picture.iter():
        ends = [part.get(key, "0") for key in ("x", "x1", "x2", "y", "y1", "y2")]
        assert all(0 <= float(x.rstrip("%")) <= 100 for x in ends[:3] if "calc" not in x), part.attrib
        assert all(0 <= float(y) <= height for y in ends[3:]), part.attrib
    names = {one.declared.long_name for one in (*diagram.stores, *diagram.arrows)}
    assert drawn.parts.keys() == names and SIDE < 100


def test_a_store_that_is_always_empty_is_thin(simulated):
    assert thin_stores(simulated, simulated) == {"surface"}
    thin = lay_out(HYDROLOGY, {}, {"surface"}).stores["surface"]
    assert thin.bottom - thin.top < 12


class Seep(Process):
    """Seep."""

    upper, deep = State("mm", "Upper"), State("mm", "Deep")
    stream = State("mm", "Stream")
    fall = Flux("mm d-1", "Fall", out_of="air", into="upper")
    sink = Flux("mm d-1", "Sink", out_of="upper", into="deep")
    out = Flux("mm d-1", "Out", out_of="deep", into="stream")
    run = Flux("mm d-1", "Run", out_of="stream", into="sea")
    loss = Flux("mm d-1", "Loss", out_of="deep", into="rock")
    leak = Flux("mm d-1", "Leak", out_of="upper", into="sea")

    def forward(self, *, upper, deep, stream):
        return dict(fall=upper, sink=upper, out=deep, run=stream, loss=deep, leak=upper)


def test_what_leaves_underground_goes_straight_down_and_not_into_the_stream():
    picture = lay_out(Domain("Well", "well", {}, {}, {}, dict(all=(Seep,)), ("air", "sea", "rock")), {})
    stream = picture.stores["stream"]
    assert picture.beside == ("sea",) and {place for place, _ in picture.below} == {"rock", "sea"}
    for name, source in (("loss", "deep"), ("leak", "upper")):
        arrow = picture.arrows[name]
        assert arrow.x0 == arrow.x1 < stream.left
        assert (arrow.y0, arrow.y1) == (picture.stores[source].bottom, picture.ground)
    assert picture.arrows["leak"].x0 > picture.stores["deep"].right  # it passes the deep store by


def test_temperatures_fill_their_buckets_by_their_range_and_heat_may_run_backwards():
    days = 100
    values = {n: ("time", np.linspace(-20, 20, days)) for n in ("sugar", "starch")}
    fluxes = {n: ("time", np.linspace(-4, 4, days)) for n in ("uptake", "respiration", "descent", "exudation")}
    diagram = BucketDiagram(lay_out(PLANT, {}), LOOK)
    diagram.scale(xr.Dataset(values | fluxes))
    day = dict.fromkeys(("sugar", "starch"), 0.0) | dict.fromkeys(fluxes, 2.0)
    drawn = Drawn(diagram, day)
    level, room, _ = drawn.level("Sugar in the leaf")
    assert level == pytest.approx(room / 2, abs=0.06)
    width, angle = drawn.width("Descent")
    back, turned = Drawn(diagram, day | {"descent": -2.0}).width("Descent")
    assert back == width and abs(turned - angle) == 180
