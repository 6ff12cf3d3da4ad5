"""Markdown and formulas as HTML that is whole before any script runs, or without one.

CommonMark with tables and strikethrough, notes as GitHub has them (`> [!NOTE]`), formulas between dollars as
MathML, fenced code with colours. `js/page/view/markdown.ts` renders the same in a page, and
`tests/contracts/markdown.json` holds both. See decision 035.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tiffin.host.export.code import render_fence
from tiffin.host.export.formulas import render_formula

_WHOLE = re.compile(
    r"\s*(?:\$\$(?P<a>[^$]+)\$\$|\$(?P<b>[^$]+)\$|\\\[(?P<c>.+)\\\]|\\\((?P<d>.+)\\\)"
    r"|(?P<e>\\begin\{(?P<name>\w+\*?)\}.*\\end\{(?P=name)\}))\s*",
    re.DOTALL,
)
"""LaTeX that is one formula and nothing else."""


def render_markdown(text: str) -> str:
    """Return Markdown as HTML; the author's HTML in it is as it was."""
    return render_tokens(parse_markdown(text))


def parse_markdown(text: str) -> list[Token]:
    """Return the tokens of Markdown."""
    return _parser.parse(text)


def render_tokens(tokens: Sequence[Token]) -> str:
    """Return the HTML of tokens."""
    return str(_parser.renderer.render(tokens, _parser.options, {}))


def render_latex(text: str) -> str:
    """Return what `text/latex` holds as HTML: one formula as a block, else text with formulas in it."""
    found = _WHOLE.fullmatch(text)
    if found is None:
        return render_markdown(text)
    formula = next(part for part in found.group("a", "b", "c", "d", "e") if part is not None)
    return _block(formula)


def _block(formula: str) -> str:
    return f'<div class="tn-math">{render_formula(formula, display=True)}</div>\n'


def _rule(render: Callable[[str], str]) -> Callable[..., str]:
    def render_token(_: object, tokens: Sequence[Token], index: int, *__: Any) -> str:
        return render(tokens[index].content.strip())

    return render_token


def _make_parser() -> MarkdownIt:
    options = {"html": True, "alerts": True, "highlight": lambda text, name, _: render_fence(text, name)}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        allow_blank_lines=False,
        double_inline=True,
    )
    parser.use(amsmath_plugin)
    parser.add_render_rule("math_inline", _rule(lambda text: render_formula(text, display=False)))
    parser.add_render_rule("math_inline_double", _rule(lambda text: render_formula(text, display=True)))
    parser.add_render_rule("math_block", _rule(_block))
    parser.add_render_rule("amsmath", _rule(_block))
    return parser


_parser = _make_parser()
