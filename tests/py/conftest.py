"""What all tests of the package share."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long an example takes is no property of the code: a machine that is busy would fail tests.
settings.register_profile("tiffin", deadline=None)
settings.load_profile("tiffin")


@pytest.fixture(autouse=True)
def jupyter_widgets_are_closed() -> Iterator[None]:
    """ipywidgets keeps every widget that there ever was, and with it the cell that made it."""
    yield
    ipywidgets = sys.modules.get("ipywidgets")
    if ipywidgets is not None:
        ipywidgets.Widget.close_all()
