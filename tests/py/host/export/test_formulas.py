"""Formulas as MathML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.host.export.formulas import render_formula


@pytest.mark.parametrize(
    ("formula", "markup"),
    [
        ("x", "<math><mi>x</mi></math>"),
        ("a<b", "<math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>"),
        (r"\frac{1}{2}", "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>"),
        (r"\nosuch{<b>}", r'<code class="tn-formula-source">\nosuch{&lt;b&gt;}</code>'),
        (r"\frac{1", r'<code class="tn-formula-source">\frac{1</code>'),
    ],
)
def test_a_formula_is_mathml_or_stays_as_it_is_written(formula: str, markup: str) -> None:
    assert render_formula(formula, display=False) == markup


def test_a_formula_of_its_own_is_larger() -> None:
    assert render_formula("x", display=True) == '<math display="block"><mi>x</mi></math>'


@pytest.mark.parametrize("name", ["equation", "align", "gather"])
def test_lines_have_no_numbers(name: str) -> None:
    numbered = render_formula(rf"\begin{{{name}}}a\end{{{name}}}", display=True)
    assert "(1)" not in numbered
    assert numbered == render_formula(rf"\begin{{{name}*}}a\end{{{name}*}}", display=True)


@given(st.text("ab1 \\\n{}^_&<>\"'", max_size=30))
def test_what_comes_out_is_one_element(formula: str) -> None:
    markup = render_formula(formula, display=False).replace("&ApplyFunction;", "")
    assert ET.fromstring(markup).tag in ("math", "code")
