"""The `# /// script` block of PEP 723: a Python file's requirements, in comments at its top."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tiffin.errors import NotebookError

# The expression that PEP 723 gives as the reference.
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
_DEPENDENCIES = re.compile(r"[ \t]*(?:dependencies|\"dependencies\"|'dependencies')[ \t]*=")


@dataclass(frozen=True)
class ScriptBlock:
    """A block as found: its requirements, its TOML text, and the 0-based lines it takes, end excluded."""

    requirements: tuple[str, ...]
    toml: str
    first: int
    end: int

    @property
    def is_canonical(self) -> bool:
        """Whether `write_script_block` would write this very text for these requirements."""
        return self.toml == _canonical_toml(self.requirements)


def read_script_block(text: str, filename: str) -> ScriptBlock | None:
    r"""Return the script block in `text` (line ends `\n`), by the algorithm of PEP 723, or None.

    `NotebookError` if there are several, if the TOML in it is broken, or if its `dependencies` are not a
    list of strings.
    """
    found = [match for match in _BLOCK.finditer(text) if match["type"] == "script"]
    if not found:
        return None
    line = text.count("\n", 0, found[0].start()) + 1
    if len(found) > 1:
        raise NotebookError(f"{filename}, line {line}: several `# /// script` blocks; keep one")
    content = found[0]["content"]
    toml = "".join(
        part[2:] if part.startswith("# ") else part[1:] for part in content.splitlines(keepends=True)
    )
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise NotebookError(f"{filename}, line {line}: the script block is not valid TOML: {error}") from None
    return ScriptBlock(
        requirements=_requirements(data, filename, line),
        toml=toml,
        first=line - 1,
        end=line - 1 + found[0][0].count("\n") + 1,
    )


def write_script_block(requirements: Sequence[str], toml: str | None = None) -> str:
    """Return the block for these requirements, without a last line end; empty if there is nothing to say.

    `toml` is the text of an earlier block: it is kept word for word where its dependencies are these
    requirements, and otherwise all of it is kept but them.
    """
    if toml is None:
        if not requirements:
            return ""
        toml = _canonical_toml(requirements)
    elif script_requirements(toml) != list(requirements):
        toml = _canonical_toml(requirements) + _without_dependencies(toml)
    lines = [f"# {line}" if line else "#" for line in toml.removesuffix("\n").split("\n")]
    return "\n".join(["# /// script", *lines, "# ///"])


def script_requirements(toml: str) -> list[str]:
    """Return the requirements that the TOML text of a script block states."""
    return list(tomllib.loads(toml).get("dependencies", []))


def _requirements(data: dict[str, Any], filename: str, line: int) -> tuple[str, ...]:
    dependencies = data.get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(entry, str) for entry in dependencies):
        raise NotebookError(
            f"{filename}, line {line}: dependencies in the script block must be a list of strings"
        )
    return tuple(dependencies)


def _canonical_toml(requirements: Sequence[str]) -> str:
    if not requirements:
        return "dependencies = []\n"
    entries = "".join(f"    {json.dumps(entry, ensure_ascii=False)},\n" for entry in requirements)
    return f"dependencies = [\n{entries}]\n"


def _without_dependencies(toml: str) -> str:
    """Return the TOML text without its top-level `dependencies`, which may take several lines."""
    lines = toml.splitlines(keepends=True)
    for first, line in enumerate(lines):
        if not _DEPENDENCIES.match(line):
            continue
        for end in range(first + 1, len(lines) + 1):
            try:
                tomllib.loads("".join(lines[first:end]))
            except tomllib.TOMLDecodeError:
                continue
            return "".join(lines[:first] + lines[end:])
    return toml
