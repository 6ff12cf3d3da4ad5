"""`tiffin convert`."""

from __future__ import annotations

import pytest
from shell import Shell


@pytest.mark.parametrize("name", ["lunch.py", "target.ipynb"])
def test_converting_overwrites_nothing(shell: Shell, name: str) -> None:
    shell.write("target.ipynb", "precious")
    shell.refuses("convert", "lunch.py", name, says=f"{name} is there already")


@pytest.mark.parametrize("name", ["new.txt", "new", "no/such/folder.md"])
def test_converting_to_what_cannot_be_written(shell: Shell, name: str) -> None:
    shell.refuses("convert", "lunch.py", name, says=f"{name} cannot be written")


def test_converting_and_back(shell: Shell) -> None:
    assert shell.run("convert", "lunch.py", "lunch.ipynb").exit_code == 0
    assert shell.run("convert", "lunch.ipynb", "again.py").exit_code == 0
    assert "print('served')" in (shell.folder / "again.py").read_text()
    assert "Traceback" not in shell.run("run", "again.py").output
