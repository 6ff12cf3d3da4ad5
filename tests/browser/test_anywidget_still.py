"""Anywidgets without a script: a line in their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served, View

pytestmark = pytest.mark.browser


def test_without_a_script_it_says_what_it_needs(
    sites: Callable[..., Path], serve: Callable[[Path], Served], visit: Callable[..., View]
) -> None:
    view = visit(serve(sites("anywidgets.py")).url, java_script_enabled=False)
    assert view.page.locator("[name=counter]").all_inner_texts() == ["Cups: this widget needs JavaScript"] * 2
