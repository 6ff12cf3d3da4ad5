"""Where `make setup` put what the tests of the build scripts look at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pyodide_distribution import cache_folder


@pytest.fixture(scope="session")
def pyodide_cache() -> Path:
    """The folder of the self-hosted Pyodide distributions."""
    return cache_folder(os.environ)
