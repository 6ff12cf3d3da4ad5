"""Widgets of others that nobody wrapped: a sentence, for every class of theirs."""

from __future__ import annotations

from typing import Any

import anywidget

from tiffin.outputs.render import render


def test_a_bare_one_says_how_it_comes_to_life() -> None:
    class Odd(anywidget.AnyWidget):
        _esm = "export default {}"

    Odd.__name__ = "<Odd>"
    bundle: dict[str, Any] = render(Odd())
    assert bundle["text/plain"].startswith("This is a <Odd> of anywidget. To have it live here, show what")
    assert "&lt;Odd&gt;" in bundle["text/html"]
