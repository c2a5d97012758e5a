"""The tables of help and README come from the declarations."""

import pytest

from dgviz.cli.describe import describe, option_table, parameter_table, tables, write_tables
from dgviz.domains import discover
from dgviz.processes.declare import Parameter, title

every_domain = pytest.mark.parametrize("domain", discover().values(), ids=discover())


def rows(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


@every_domain
def test_options_are_all_there_the_default_first(domain):
    assert rows(option_table(domain)) == [
        [slot.replace("_", " "), ", ".join(f"`{option.__name__}`" for option in options)]
        for slot, options in domain.slots.items()
    ]


@every_domain
def test_parameters_are_all_there_once_with_range_default_units_and_readers(domain):
    table = rows(parameter_table(domain))
    by_name = {row[0].strip("`"): row[1:] for row in table}
    declared = [(o, *item) for options in domain.slots.values() for o in options for item in o.of(Parameter).items()]
    assert len(table) == len(by_name) == len({name for _, name, _ in declared})
    for option, name, parameter in declared:
        meaning, limits, default, units, readers = by_name[name]
        assert (meaning, units) == (parameter.long_name, parameter.units)
        assert [float(limit) for limit in limits.split(" to ")] == pytest.approx(list(parameter.range))
        assert float(default) == pytest.approx(parameter.default)
        assert f"`{option.__name__}`" in readers


@every_domain
def test_every_option_has_its_label(domain):
    text = describe(domain)
    assert text.startswith(f"# {domain.title}\n")
    for option in (option for options in domain.slots.values() for option in options):
        assert f"- `{option.__name__}`: {title(option)}" in text


def test_the_tables_are_written_between_their_markers(tmp_path):
    domain = discover()["hydrology"]
    text = tmp_path / "README.md"
    text.write_text("before\n\n<!-- dgviz describe hydrology: words -->\n\nold\n\n<!-- end -->\n\nafter\n")
    assert write_tables(domain, "hydrology", tmp_path) == [text]
    expected = f"before\n\n<!-- dgviz describe hydrology: words -->\n\n{tables(domain)}\n\n<!-- end -->\n\nafter\n"
    assert text.read_text() == expected
    write_tables(domain, "hydrology", tmp_path)
    assert text.read_text() == expected


def test_where_no_text_has_the_marker_it_says_so(tmp_path):
    with pytest.raises(ValueError, match="No text in .* has the marker '<!-- dgviz describe hydrology -->'"):
        write_tables(discover()["hydrology"], "hydrology", tmp_path)
