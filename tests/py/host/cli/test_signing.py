"""`tiffin cache keygen`, `trust`, `sign`, and runs with the setting `signing`."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tiffin.host.cli.main import main

NOTEBOOK = """# %%
class Pot:
    def __init__(self):
        self.parts = ["salt"]

pot = Pot()
# %%
print("looked into", pot.parts)
"""


class Kitchen:
    """A folder with a notebook, and a user with settings of their own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.settings = folder / "config" / "tiffin"
        monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        monkeypatch.delenv("TIFFIN_SIGNING", raising=False)
        monkeypatch.chdir(folder)
        (folder / "nb.py").write_text(NOTEBOOK, "utf-8")

    def tiffin(self, *words: str, **environment: str) -> Result:
        return CliRunner().invoke(main, words, env=environment)

    def origins(self, **environment: str) -> list[str]:
        done = self.tiffin("run", "nb.py", "--json", **environment)
        assert done.exit_code == 0, done.stderr
        return ["cache" if cell["hit"] else "run" for cell in json.loads(done.stdout)]

    def manifests(self) -> list[Path]:
        return sorted((self.folder / "public/cache/manifests").glob("*/*.json"))

    def alter(self, **fields: Any) -> None:
        for path in self.manifests():
            path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **fields}), "utf-8")


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kitchen:
    return Kitchen(tmp_path, monkeypatch)


RUN, HIT = ["run", "run"], ["cache", "cache"]


def test_what_is_signed_is_a_hit_and_what_was_altered_is_not(kitchen: Kitchen) -> None:
    made = kitchen.tiffin("cache", "keygen")
    public = made.stdout.strip()
    assert (made.exit_code, len(public)) == (0, 64)
    assert stat.S_IMODE((kitchen.settings / "signing.key").stat().st_mode) == 0o600
    assert kitchen.origins(TIFFIN_SIGNING="on") == RUN
    assert {json.loads(path.read_text("utf-8"))["signature"]["key"] for path in kitchen.manifests()} == {
        public
    }
    assert kitchen.origins(TIFFIN_SIGNING="strict") == HIT
    kitchen.alter(seconds=99.5)
    assert kitchen.origins() == HIT, "who does not ask for signatures does not look at them"
    checked = kitchen.tiffin("cache", "verify", TIFFIN_SIGNING="on")
    assert (checked.exit_code, checked.stdout.count("altered after it was signed")) == (1, 2)
    assert kitchen.origins(TIFFIN_SIGNING="on") == RUN
    assert kitchen.tiffin("cache", "verify", TIFFIN_SIGNING="strict").exit_code == 0


def test_strict_computes_again_what_is_not_signed(kitchen: Kitchen) -> None:
    assert kitchen.origins() == RUN
    kitchen.tiffin("cache", "keygen")
    assert kitchen.origins(TIFFIN_SIGNING="on") == HIT
    assert kitchen.origins(TIFFIN_SIGNING="strict") == RUN
    assert kitchen.origins(TIFFIN_SIGNING="strict") == HIT


def test_signing_afterwards(kitchen: Kitchen) -> None:
    assert kitchen.origins() == RUN
    refused = kitchen.tiffin("cache", "sign")
    assert (refused.exit_code, "run tiffin cache keygen" in refused.stderr) == (2, True)
    kitchen.tiffin("cache", "keygen")
    signed = kitchen.tiffin("cache", "sign")
    assert signed.stdout.strip().endswith("signed 2 entries"), signed.output
    assert kitchen.origins(TIFFIN_SIGNING="strict") == HIT
    assert kitchen.tiffin("cache", "sign").stdout.strip().endswith("signed 0 entries")
    kitchen.manifests()[0].write_text("{}", "utf-8")
    damaged = kitchen.tiffin("cache", "sign")
    assert (damaged.exit_code, "was not signed" in damaged.stderr) == (2, True)


def test_keys_of_others(kitchen: Kitchen) -> None:
    theirs = kitchen.tiffin("cache", "keygen").stdout.strip()
    assert kitchen.origins(TIFFIN_SIGNING="on") == RUN
    (kitchen.settings / "signing.key").unlink()
    assert kitchen.origins(TIFFIN_SIGNING="on") == RUN, "nobody said that this key is to be trusted"
    (kitchen.folder / "public/cache/manifests").rename(kitchen.folder / "unsigned")
    kitchen.tiffin("cache", "keygen")
    mine = (kitchen.settings / "signing.key").read_text("ascii")
    (kitchen.settings / "signing.key").unlink()
    theirs = kitchen.tiffin("cache", "keygen").stdout.strip()
    assert kitchen.origins(TIFFIN_SIGNING="on") == RUN
    (kitchen.settings / "signing.key").write_text(mine, "ascii")
    assert kitchen.tiffin("cache", "trust", theirs, "Ada").stdout == f"trusted: {theirs} Ada\n"
    assert kitchen.tiffin("cache", "trust", theirs.upper()).stdout.startswith("already trusted")
    assert kitchen.origins(TIFFIN_SIGNING="strict") == HIT


@pytest.mark.parametrize(
    ("words", "environment", "problem"),
    [
        (["cache", "trust", "abc"], {}, "'abc' is no public key: it has 64 hexadecimal digits"),
        (["run", "nb.py"], {"TIFFIN_SIGNING": "maybe"}, "must be off, on or strict, not 'maybe'"),
        (["run", "nb.py"], {"TIFFIN_SIGNING": "strict"}, "strict needs a key of your own"),
    ],
)
def test_what_is_wrong_is_one_line(
    words: list[str], environment: dict[str, str], problem: str, kitchen: Kitchen
) -> None:
    done = kitchen.tiffin(*words, **environment)
    assert done.exit_code == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_second_key_is_refused(kitchen: Kitchen) -> None:
    kitchen.tiffin("cache", "keygen")
    before = (kitchen.settings / "signing.key").read_bytes()
    done = kitchen.tiffin("cache", "keygen")
    assert (done.exit_code, "there is a key already" in done.stderr) == (2, True)
    assert (kitchen.settings / "signing.key").read_bytes() == before


def test_signing_that_cannot_be_had_is_an_error(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    for words in (["run", "nb.py"], ["cache", "keygen"]):
        done = kitchen.tiffin(*words, TIFFIN_SIGNING="on")
        assert done.exit_code == 2
        assert "install tiffin[signing]" in done.stderr
    assert not (kitchen.folder / "public").exists(), "nothing ran unsigned"
    assert kitchen.origins() == RUN
