"""What all commands have in common: bad notebooks, help, usage."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from shell import LUNCH, Shell

from tiffin.host.cli.main import main
from tiffin.version import __version__

BAD_NOTEBOOKS: dict[str, tuple[bytes | None, str]] = {
    "nothing.py": (None, "does not exist"),
    "empty.py": (b"", "is empty"),
    "blank.py": (b" \n\n\t\n", "is empty"),
    "binary.py": (b"\x7fELF\0\0\0", "is a binary file"),
    "latin.py": (b"# %%\nx = '\xe9'\n", "line 2: not UTF-8"),
    "notes.txt": (b"dear diary", "a notebook is a .py, .ipynb or .md file"),
    "none.ipynb": (b"{}", "none.ipynb"),
    "broken.ipynb": (b"{", "broken.ipynb"),
    "list.ipynb": (b"[]", "list.ipynb"),
    "no/such/folder.py": (None, "does not exist"),
}


@pytest.mark.parametrize("command", ["run", "export", "convert"])
@pytest.mark.parametrize("name", BAD_NOTEBOOKS)
def test_what_is_no_notebook_is_said_in_one_line(shell: Shell, name: str, command: str) -> None:
    content, says = BAD_NOTEBOOKS[name]
    if content is not None:
        shell.write(name, content)
    arguments = {
        "run": ["run", name],
        "export": ["export", "html-wasm", name, "-o", "site", "--execute"],
        "convert": ["convert", name, "new.md"],
    }
    shell.refuses(*arguments[command], says=says)


@pytest.mark.parametrize("command", [["run"], ["export", "html-wasm", "-o", "site", "--execute"]])
def test_an_executor_that_is_not_there(shell: Shell, command: list[str]) -> None:
    shell.write("ray.py", f"# tiffin: executor=ray\n{LUNCH}")
    shell.refuses(*command, "ray.py", says="the executor 'ray' is not installed (installed: default)")


@pytest.mark.parametrize("name", ["folder", "folder.py"])
def test_a_folder_is_no_notebook(shell: Shell, name: str) -> None:
    (shell.folder / name).mkdir()
    shell.refuses("run", name, says="is a folder, not a notebook")


def test_a_notebook_that_may_not_be_read(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, who may read everything: the refusal itself is made up.
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "secret.py":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    shell.write("secret.py", LUNCH)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        result = shell.run("run", "secret.py")
    assert (result.exit_code, result.stderr) == (2, "tiffin: secret.py cannot be read: Permission denied\n")


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [path]
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_helps_with_an_example(path: tuple[str, ...]) -> None:
    for option in ("-h", "--help"):
        result = CliRunner().invoke(main, [*path, option])
        assert result.exit_code == 0
        assert re.search(rf"^ +tiffin {' '.join(path)}", result.stdout, re.MULTILINE)


def test_the_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout == f"tiffin, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["run"], ["export", "html-wasm", "a.py"], ["run", "-x"]]
)
def test_what_makes_no_sense_ends_with_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
