"""Reactivity in Pyodide: the very same table as natively, all cases in one go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reactivity.suite import CASES

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"

PROGRAM = """
import json, pathlib, sys
folder = pathlib.Path("/tmp/contracts")
for name, source in json.loads(FILES).items():
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(source, "utf-8")
sys.path.insert(0, str(folder))
from reactivity.suite import CASES, run_all
[len(CASES), await run_all()]
"""


def test_every_case_of_the_table(kernel_pyodide: Any) -> None:
    paths = [CONTRACTS / "notebooks.py", *sorted((CONTRACTS / "reactivity").glob("*.py"))]
    files = {str(path.relative_to(CONTRACTS)): path.read_text("utf-8") for path in paths}
    program = f"FILES = {json.dumps(files)!r}\n{PROGRAM}"
    assert kernel_pyodide.run(program) == [len(CASES), {}]
