"""A second visit reads Python's large files as they are used, from what the browser keeps for the page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Served
from engines import PATIENCE, Engine, EngineView
from test_boot import boot_of

# WebKitGTK, as it is built here, has no private files: there every file is fetched, as `test_boot` shows.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)]

Opening = Callable[..., tuple[EngineView, Served]]

FOLDER = "tiffin-runtime"
LIST = f"""(async () => {{
  const found = {{}};
  try {{
    const root = await navigator.storage.getDirectory();
    for await (const [name, handle] of (await root.getDirectoryHandle("{FOLDER}")).entries()) {{
      found[name] = (await handle.getFile()).size;
    }}
  }} catch {{ /* nothing is kept yet */ }}
  return JSON.stringify(found);
}})()"""
# As a disk would: another content, of the same length.
GARBLE = f"""(async () => {{
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("{FOLDER}");
  const handle = await folder.getFileHandle(NAME);
  const {{ size }} = await handle.getFile();
  const writable = await handle.createWritable();
  await writable.write(new Uint8Array(size).fill(7));
  await writable.close();
}})()"""


def kept(view: EngineView) -> dict[str, int]:
    """Name and size of all that is kept."""
    found: dict[str, int] = json.loads(view.evaluate(LIST))
    return found


def wait_kept(view: EngineView, count: int) -> dict[str, int]:
    """What is kept, once these are so many files, and whole."""
    end = time.monotonic() + PATIENCE
    while True:
        found = kept(view)
        if len(found) == count and all(name.endswith(f"-{size}") for name, size in found.items()):
            return found
        assert time.monotonic() < end, f"{found} is kept, and not {count} files"
        time.sleep(0.1)


def garble(view: EngineView, ending: str) -> None:
    """Spoil the file that is kept of this one."""
    (name,) = (name for name in kept(view) if f".{ending}-" in name)
    view.evaluate(GARBLE.replace("NAME", json.dumps(name)))


def visit_again(view: EngineView) -> dict[str, Any]:
    """Load the page once more; how Python started there."""
    view.reload()
    view.wait_ready()
    assert view.notices() == []
    return boot_of(view)


def heavy(served: Served) -> list[str]:
    """The requests for what is kept."""
    return [path for path in served.paths() if ".wasm" in path or ".snapshot" in path]


def test_the_second_visit_unpacks_nothing(engine: Engine, opening: Opening) -> None:
    view, served = opening("boot.py")
    view.wait_ready()
    assert boot_of(view)["filesKept"] == 0
    wait_kept(view, 2)
    assert len(heavy(served)) == 2, "what is kept was not sent again"
    boot = visit_again(view)
    assert (boot["path"], boot["reason"], boot["filesKept"]) == ("snapshot", None, 2)
    assert len(heavy(served)) == 2
    assert view.stats["cellsRun"] == 0
    view.set("n", 2)
    assert view.output("c3") == "2 colours, 0.5"


def test_what_was_kept_and_is_damaged_is_fetched(engine: Engine, opening: Opening) -> None:
    view, _ = opening("boot.py")
    view.wait_ready()
    wait_kept(view, 2)
    garble(view, "wasm")
    boot = visit_again(view)
    assert (boot["path"], boot["filesKept"]) == ("snapshot", 2)
    # What was forgotten is kept anew.
    wait_kept(view, 2)
    garble(view, "snapshot")
    boot = visit_again(view)
    assert boot["path"] == "bytecode"
    assert "no snapshot of Python" in boot["reason"]
    assert visit_again(view)["path"] == "snapshot"
    view.set("n", 2)
    assert view.output("c3") == "2 colours, 0.5"


@pytest.mark.slow
def test_the_libraries_of_packages_are_kept_too(engine: Engine, opening: Opening) -> None:
    options = ("--pyodide", "0.27.7", "--offline", "--snapshot", "notebook")
    view, served = opening("arrays.py", *options)
    view.wait_ready()
    wait_kept(view, 3)
    asked = len(served.requests)
    boot = visit_again(view)
    assert (boot["path"], boot["reason"], boot["filesKept"]) == ("snapshot", None, 3)
    assert not any(".whl" in path or ".libraries" in path for path in served.paths()[asked:])
    view.set("n", 3)
    assert view.output("c3") == "[0 1 2] 1.0"


def test_a_page_that_may_keep_nothing_starts_as_ever(engine: Engine, opening: Opening) -> None:
    def deny(served: Served) -> None:
        for script in served.folder.glob("assets/worker-*.js"):
            code = "StorageManager.prototype.getDirectory = () => Promise.reject(new Error('denied'));"
            script.write_text(f"{code}\n{script.read_text('utf-8')}", "utf-8")

    view, _ = opening("boot.py", damage=deny)
    view.wait_ready()
    boot = visit_again(view)
    assert (boot["path"], boot["filesKept"]) == ("snapshot", 0)
    assert kept(view) == {}
    assert view.stats["cellsRun"] == 0
