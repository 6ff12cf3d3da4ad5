"""Formulas as MathML, which browsers draw without a script."""

from __future__ import annotations

import html
import re

from math_core import LatexError, LatexToMathML

_converter = LatexToMathML()
_NUMBERED = re.compile(r"(\\(?:begin|end)\{(?:equation|align|alignat|gather))\}")
"""Environments whose lines LaTeX numbers: a formula does not know how many there were before it."""


def render_formula(formula: str, *, display: bool) -> str:
    """Return the MathML (Core) of a formula in LaTeX, or its source where that is no formula."""
    try:
        return _converter.convert_with_local_state(_NUMBERED.sub(r"\1*}", formula), displaystyle=display)
    except LatexError:
        return f'<code class="tn-formula-source">{html.escape(formula)}</code>'
