"""What an import costs, counted in modules: times differ between machines, counts do not."""

from __future__ import annotations

import subprocess
import sys

import pytest


def modules_of(code: str) -> set[str]:
    """The modules that `code` loads into an interpreter that has loaded nothing else."""
    script = f"import sys; before = set(sys.modules); {code}; print(*(sys.modules.keys() - before))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "most"),
    [
        ("import tiffin", 40),
        ("import tiffin; tiffin.ui", 76),
        ("import tiffin.session.kernel", 245),
    ],
)
def test_an_import_loads_few_modules(code: str, most: int) -> None:
    assert len(modules_of(code)) <= most


def test_a_notebook_that_only_has_widgets_loads_no_kernel() -> None:
    loaded = modules_of("import tiffin; tiffin.ui.slider(1, 9); tiffin.md('x'); tiffin.stats()")
    assert {name for name in loaded if name.startswith("tiffin.")} <= {
        "tiffin.errors",
        "tiffin.ids",
        "tiffin.session",
        "tiffin.session.ambient",
        "tiffin.session.author",
        "tiffin.ui",
        "tiffin.ui.element",
        "tiffin.ui.inputs",
        "tiffin.ui.kinds",
        "tiffin.ui.state",
        "tiffin.version",
    }
