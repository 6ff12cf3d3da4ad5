"""Installation commands in notebooks, `%pip install x` and the like, read as requirements."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_PROGRAM = re.compile(
    r"(?:sudo\s+)?"
    r"(?:(?:\{sys\.executable\}|[\"']\{sys\.executable\}[\"']|\$sys\.executable|python[0-9.]*)\s+-m\s+)?"
    r"(?:uv\s+)?(?P<tool>pip[0-9.]*|conda|mamba|micromamba)\s+(?P<rest>.*)",
    re.DOTALL,
)
_UV_ADD = re.compile(r"uv\s+add\s+(?P<rest>.*)", re.DOTALL)
_ENDS = re.compile(r"&&?|\|\|?|;|[0-9]?>{1,2}(?!=)|&>")
# Options that take their value as the next word; the value says nothing about what is required.
_WITH_VALUE = {
    "-c", "--channel", "-n", "--name", "-p", "--prefix", "--index-url", "-i", "--extra-index-url", "-f",
    "--find-links", "-t", "--target", "--root", "--timeout", "--retries", "--proxy", "--trusted-host",
    "--platform", "--python-version", "--no-binary", "--only-binary", "--progress-bar", "--upgrade-strategy",
    "--src", "--cache-dir", "--log", "--constraint",
}  # fmt: skip
_FILES = {"-r", "--requirement", "-e", "--editable", "--file"}


@dataclass(frozen=True)
class Install:
    """What an installation command asks for; `problem` is the end of a sentence on why it cannot be had."""

    requirements: tuple[str, ...] = ()
    problem: str | None = None


def read_install(command: str) -> Install | None:
    """Return what `command` (`pip install x`, without `%` or `!`) installs; None if it is another command."""
    from packaging.requirements import InvalidRequirement, Requirement

    words, ended = _split(command)
    if words is None:
        return None
    if ended:
        return Install(problem="does more than install packages; keep the installation in a line of its own")
    conda, found = words[0], []
    pending = iter(words[1:])
    for word in pending:
        if word.split("=")[0] in _FILES:
            return Install(problem="reads a file or a folder; name the packages instead")
        if word in _WITH_VALUE:
            next(pending, None)
            continue
        if word.startswith("-"):
            continue
        entry = re.sub(r"(?<![=<>!~])=(?!=)(.+)", r"==\1.*", word) if conda == "conda" else word
        try:
            found.append(str(Requirement(entry)))
        except InvalidRequirement:
            return Install(problem=f"asks for {word!r}, which is not the name of a package")
    return Install(tuple(found))


def _split(command: str) -> tuple[list[str] | None, bool]:
    """Return the tool, the words behind `install`, and whether another command follows on the line."""
    text = command.strip()
    if added := _UV_ADD.match(text):
        tool, rest = "pip", added["rest"]
    else:
        program = _PROGRAM.match(text)
        if program is None or not re.match(r"install\b", program["rest"]):
            return None, False
        tool, rest = program["tool"], program["rest"].removeprefix("install")
    try:
        lexed = shlex.split(rest, comments=True)
    except ValueError:
        return None, False
    words = ["conda" if tool in ("conda", "mamba", "micromamba") else "pip"]
    for index, word in enumerate(lexed):
        if end := _ENDS.match(word):
            return words, not (">" in end[0] or _only_shows(lexed[index:]))
        if word.endswith(";") or "&&" in word:
            return words, True
        words.append(word)
    return words, False


def _only_shows(words: list[str]) -> bool:
    """Return whether the rest of a shell line only filters what the installation prints."""
    return words[0] == "|" and len(words) > 1 and words[1] in ("tail", "head", "grep", "cat")
