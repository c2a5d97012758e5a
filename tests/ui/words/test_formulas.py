"""Equations are MathML, DOIs are links."""

import pytest

from dgviz.ui.words.formulas import formula, linked


def test_an_equation_is_mathml_with_names_as_words():
    block = formula(r"\mathrm{TT} < T_a", block=True)
    assert block.startswith("<math ") and 'display="block"' in block
    assert (
        "<mtext>TT</mtext>" in block
        and "<msub><mi>T</mi><mrow><mspace height='1.1em'></mspace><mi>a</mi></mrow></msub>" in block
    )
    assert 'display="inline"' in formula("x")


@pytest.mark.parametrize(
    ("words", "doi", "after"),
    [
        ("Pike (1964), doi:10.1016/0022-1694(64)90022-8.", "10.1016/0022-1694(64)90022-8", "."),
        ("(DOI: 10.1029/2022WR032404) and", "10.1029/2022WR032404", ") and"),
        ("https://doi.org/10.5194/hess-16-3315-2012; more", "10.5194/hess-16-3315-2012", "; more"),
    ],
)
def test_a_doi_is_a_link(words, doi, after):
    assert linked(words).endswith(
        f"<a href='https://doi.org/{doi}' target='_blank' rel='noopener'>doi:{doi}</a>{after}"
    )


def test_all_else_is_escaped():
    said = linked("<b> doi:10.1000/1'onclick=x> doi:10.1000/2, 5 < 6")
    assert said.startswith("&lt;b&gt; <a href='https://doi.org/10.1000/1&#39;onclick=x'")
    assert said.endswith(">doi:10.1000/2</a>, 5 &lt; 6") and said.count("<a ") == 2
    assert linked("no reference") == "no reference"
