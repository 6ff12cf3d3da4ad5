"""`tiffin playground`."""

from __future__ import annotations

import json

from shell import Shell


def test_makes_a_site_that_can_be_served(shell: Shell) -> None:
    result = shell.run("playground", "-o", "site", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    written = [path for path in (shell.folder / "site").rglob("*") if path.is_file()]
    assert (told["site"], told["files"]) == ("site", len(written))
    assert told["bytes"] == sum(path.stat().st_size for path in written)


def test_replaces_no_folder_that_is_something_else(shell: Shell) -> None:
    shell.write("thesis/chapter.txt", "years of work")
    shell.refuses("playground", "-o", "thesis", says="thesis")
