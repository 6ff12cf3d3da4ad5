"""Source code as HTML, with its colours as classes."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from itertools import groupby

from pygments import highlight, lex
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

_CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Keyword.Constant, "kc"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (Name.Tag, "k"),
    (Name.Function, "nf"),
    (Name.Class, "nf"),
    (Name.Attribute, "nf"),
    (Number, "m"),
    (String.Escape, "se"),
    (String.Interpol, ""),
    (String, "s"),
    (Comment, "c"),
)
"""Pygments' kinds of tokens as the few classes that a fenced block has, as in `js/page/view/fence.ts`."""


def render_code(source: str) -> str:
    """Return Python source as highlighted HTML; the classes are Pygments' short ones."""
    return str(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))).rstrip("\n")


def render_fence(source: str, language: str) -> str:
    """Return a fenced block of Markdown as HTML, "" where its language is not known."""
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return ""
    tokens = ((_class_of(kind), text) for kind, text in lex(source, lexer))
    name = html.escape(f"language-{language}")
    return f'<pre class="tn-fence"><code class="{name}">{"".join(_spans(tokens))}</code></pre>\n'


def _spans(tokens: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, group in groupby(tokens, lambda token: token[0]):
        text = html.escape("".join(text for _, text in group), quote=False)
        yield f'<span class="{name}">{text}</span>' if name else text


def _class_of(kind: _TokenType) -> str:
    return next((name for known, name in _CLASSES if kind in known), "")
