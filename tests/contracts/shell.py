"""A folder to work in, with the command line at hand."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from click.testing import CliRunner, Result
from sites import contents

from tiffin.host.cli.main import main

TIFFIN = Path(sys.executable).with_name("tiffin")
LUNCH = "# %%\nx = 20\n\n# %%\ny = x + 1\n\n# %%\nprint('served')\ny * 2\n"


class Shell:
    """A folder to work in, with `tiffin` at hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def export(self, *arguments: str) -> Result:
        return self.run("export", "html-wasm", *arguments)

    def refuses(self, *arguments: str, says: str, code: int = 2) -> None:
        """Assert that a command ends with `code` and one line, and changes no file."""
        before = contents(self.folder)
        result = self.run(*arguments)
        assert (result.exit_code, result.stdout) == (code, ""), result.output
        assert re.fullmatch(r"tiffin: [^\n]+\n", result.stderr), result.stderr
        assert says in result.stderr
        assert contents(self.folder) == before
