"""The tables of help and README come from the declarations."""

import pytest

from dgviz.cli.describe import domain_as_markdown, option_table, parameter_table, tables, write_tables
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
    text = domain_as_markdown(domain)
    assert text.startswith(f"# {domain.title}\n")
    for option in (option for options in domain.slots.values() for option in options):
        assert f"- `{option.__name__}`: {title(option)}" in text


@pytest.fixture
def checkout(tmp_path):
    """A folder with a text in `data/README.md` that has an old table of hydrology and none of another science."""
    (tmp_path / "data").mkdir()
    marked = "<!-- dgviz describe hydrology: a word -->\n\nan old table\n\n<!-- end -->"
    (tmp_path / "data" / "README.md").write_text(f"# Before\n\n{marked}\n\n# After, 0 °C\n", encoding="utf-8")
    return tmp_path


def test_the_tables_of_all_domains_are_written_between_their_markers(checkout):
    domains = discover()
    text = write_tables(checkout, domains).read_text(encoding="utf-8")
    marked = f"<!-- dgviz describe hydrology: a word -->\n\n{tables(domains['hydrology'])}\n\n<!-- end -->"
    assert text.startswith(f"# Before\n\n{marked}\n\n# After, 0 °C\n")
    for name, domain in domains.items():
        assert text.count(f"<!-- dgviz describe {name}") == text.count(tables(domain)) == 1


def test_tables_that_are_up_to_date_stay_as_they_are(checkout):
    once = write_tables(checkout, discover()).read_text(encoding="utf-8")
    assert write_tables(checkout, discover()).read_text(encoding="utf-8") == once


def test_outside_a_checkout_no_tables_are_written_and_it_says_where_to_go(tmp_path):
    with pytest.raises(ValueError, match=r"There is no .*README.md. Run `dgviz describe --write` in the top folder"):
        write_tables(tmp_path, discover())
