"""What all tests of the package share."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes is no property of the code: a machine that is busy would fail tests.
settings.register_profile("tiffin", deadline=None)
settings.load_profile("tiffin")
