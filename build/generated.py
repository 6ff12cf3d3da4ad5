"""Files that a script generates from code, and that CI compares with what it would generate now."""

from __future__ import annotations

import sys
from pathlib import Path


def write_or_check(root: Path, output: Path, text: str, script: str, arguments: list[str]) -> int:
    """Write `text` to `output`, which is below `root`, or with `--check` say whether it is there already;
    return the exit code."""
    if "--check" in arguments:
        if not output.is_file() or output.read_text("utf-8") != text:
            print(f"{output.relative_to(root)} is stale: run 'python build/{script}'", file=sys.stderr)
            return 1
        return 0
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, "utf-8")
    return 0
