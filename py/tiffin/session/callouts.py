"""What stands out: a callout around any value, and one number with what to make of it."""

from __future__ import annotations

import html
from typing import Any, Literal

from tiffin.errors import UsageError
from tiffin.session.author import Html
from tiffin.ui.content import pieces, to_html

Kind = Literal["neutral", "info", "success", "warn", "danger"]
Direction = Literal["increase", "decrease"]

_WORDS = {"neutral": "", "info": "Information", "success": "Success", "warn": "Warning", "danger": "Danger"}
_ARROWS = {"increase": ("▲", "up"), "decrease": ("▼", "down")}


def callout(content: Any, kind: Kind = "neutral", *, title: str | None = None) -> Html:
    """Return a value in a box that stands out; text is Markdown, and widgets in it stay what they are.

    `kind` is neutral, info, success, warn or danger. Without a title a screen reader hears what kind it is.
    """
    if kind not in _WORDS:
        raise UsageError(f"callout: kind is {', '.join(_WORDS)}, not {kind!r}")
    if title:
        head = f'<p class="tn-callout-title">{html.escape(title)}</p>'
    else:
        head = f'<p class="tn-hidden">{_WORDS[kind]}:</p>' if _WORDS[kind] else ""
    inside = to_html(pieces(content))
    return Html(f'<div class="tn-callout" data-kind="{kind}" role="note">{head}{inside}</div>')


def stat(
    value: Any,
    *,
    label: str = "",
    caption: str = "",
    change: Any = None,
    direction: Direction | None = None,
    better: Direction | None = None,
) -> Html:
    """Return one number, large, with its label above, and its change and a caption below.

    The direction of a change that is a number is its sign's, else what `direction` says. `better` is the
    direction that is good, which gives the change a colour; `hstack` puts several side by side.
    """
    for name, given in (("direction", direction), ("better", better)):
        if given is not None and given not in _ARROWS:
            raise UsageError(f"stat: {name} is increase or decrease, not {given!r}")
    lines = [f'<p class="tn-stat-label">{html.escape(label)}</p>' if label else ""]
    lines.append(f'<p class="tn-stat-value">{html.escape(readable(value))}</p>')
    if change is not None:
        lines.append(_change(change, direction or _sign(change), better))
    lines.append(f'<p class="tn-stat-caption">{html.escape(caption)}</p>' if caption else "")
    return Html(f'<div class="tn-stat">{"".join(lines)}</div>')


def _sign(change: Any) -> Direction | None:
    if not isinstance(change, int | float) or change == 0:
        return None
    return "increase" if change > 0 else "decrease"


def _change(change: Any, direction: Direction | None, better: Direction | None) -> str:
    arrow, tone = "", ""
    if direction is not None:
        sign, word = _ARROWS[direction]
        arrow = f'<span aria-hidden="true">{sign}</span> <span class="tn-hidden">{word} </span>'
        if better is not None:
            tone = ' data-tone="good"' if direction == better else ' data-tone="bad"'
        if isinstance(change, int | float):
            change = abs(change)  # the arrow says the rest
    return f'<p class="tn-stat-change"{tone}>{arrow}{html.escape(readable(change))}</p>'


def readable(value: Any) -> str:
    """Return a number as people write it (`12,345.68`, `0.00123`), everything else as its text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if value and abs(value) < 1:
        return f"{value:.3g}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
