"""What every test leaves behind as it found it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def jupyter_widgets_are_closed() -> Iterator[None]:
    """ipywidgets keeps every widget that there ever was, and with it the cell that made it."""
    yield
    ipywidgets = sys.modules.get("ipywidgets")
    if ipywidgets is not None:
        ipywidgets.Widget.close_all()
