"""The kernel's entry point in a worker, with plain Python in place of JavaScript."""

from __future__ import annotations

import asyncio
import builtins
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from notebooks import notebook

from tiffin.host.browser.entry import BrowserHost, read_index, start
from tiffin.notebook.notebook import Notebook
from tiffin.session.kernel import KernelServices

NOTEBOOK = notebook("import tiffin as tn\nk = tn.ui.slider(1, 9)", "k.value + 1")
KEY = "a" * 64
EMPTY: dict[str, Any] = {"format": 1, "cells": {}, "keys": [], "blobs": [], "manifests": {}}


class Loops:
    """A class of event loops."""

    def run_until_complete(self, future: Any) -> Any:
        raise AssertionError("the worker's own cannot wait")


@pytest.fixture(autouse=True)
def own_functions() -> Iterator[None]:
    """What a kernel puts into modules is taken away again."""
    before = builtins.input, time.sleep, asyncio.run
    yield
    builtins.input, time.sleep, asyncio.run = before


class Page:
    """What a worker hands to `start`, and what the kernel says to it."""

    def __init__(
        self,
        index: Any = EMPTY,
        bodies: dict[str, bytes] | None = None,
        book: Notebook = NOTEBOOK,
        kept: Sequence[tuple[str, str, Any]] = (),
        folder: str | None = None,
    ) -> None:
        self.events: list[dict[str, Any]] = []
        self.rested: list[int] = []
        self.asked: list[list[str]] = []
        self.loaded: list[list[str]] = []
        self.kept = kept
        self.kept_here: list[tuple[str, str, bytes]] = []
        self.loops = Loops
        self.bodies = bodies or {}
        config: dict[str, Any] = {
            "cache": "https://x.org/site/public/cache",
            "jspi": True,
            "digests": {"helper": "d" * 64},
            "signals": False,
            "ondemand": "/lib/none.zip",
            "folder": folder,
        }
        config["packages"] = {"providers": {"numpy": "numpy"}, "extra": [], "network": []}
        text = index if isinstance(index, str) else json.dumps(index)
        self.host = start(
            json.dumps(config), json.dumps(book.to_json()), text, self.post, self.fetch, self, self, self
        )

    def post(self, text: str) -> None:
        self.events.append(json.loads(text))

    async def fetch(self, text: str) -> list[bytes | None]:
        self.asked.append(json.loads(text))
        return [self.bodies.get(url) for url in self.asked[-1]]

    def can_run_sync(self) -> bool:
        return False

    def run_sync(self, promise: Any) -> Any:
        raise AssertionError("nothing can wait here")

    def fetch_now(self, text: str) -> list[bytes | None]:
        self.asked.append(json.loads(text))
        return [self.bodies.get(url) for url in self.asked[-1]]

    def pause(self, milliseconds: float) -> None:
        raise AssertionError("nothing sleeps here")

    def keep(self, kind: str, key: str, data: Any) -> None:
        self.kept_here.append((kind, key, bytes(data)))

    def rest(self) -> None:
        self.rested.append(len(self.events))

    def offer(self, offer: str) -> None:
        raise AssertionError("nothing is installed from an index here")

    async def load(self, text: str) -> None:
        self.loaded.append(json.loads(text))

    def installed(self, text: str) -> None:
        raise AssertionError("nobody edits here")

    def say(self, text: str) -> None:
        raise AssertionError("nothing is installed from an index here")

    async def command(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """Send a command, and return what is said until it has been carried out."""
        before = len(self.events)
        await self.host.handle(json.dumps({"type": kind, "run_id": "r", **fields}))
        return self.events[before:]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


async def test_is_ready_and_takes_commands() -> None:
    page = Page()
    assert kinds(page.events) == ["KernelReady"]
    assert page.events[0]["jspi"] is True
    assert page.events[0]["python"].startswith("3.")
    said = await page.command("Restore", shown={})
    assert said[-1] == {**said[-1], "type": "RunCompleted", "run_id": "r", "success": True}
    said = await page.command("SetValues", values={"k": 4})
    ended = [event for event in said if event["type"] == "CellEnded"]
    assert [(event["cell"], event["output"]) for event in ended] == [("c2", {"text/plain": "5"})]
    assert page.asked == []  # nothing was shipped, so nothing is asked for


@pytest.mark.parametrize(("executor", "notices"), [("ray", 1), ("default", 0)])
async def test_an_executor_is_native_only(executor: str, notices: int) -> None:
    page = Page(book=notebook("6 * 7", settings={"executor": executor}))
    assert kinds(page.events) == ["Notice"] * notices + ["KernelReady"]
    if notices:
        assert "runs with the default one, not with 'ray'" in page.events[0]["text"]
    said = await page.command("Restore", shown={})
    assert [event["output"] for event in said if event["type"] == "CellEnded"] == [{"text/plain": "42"}]


async def test_an_interrupt_is_taken_at_any_time() -> None:
    page = Page()
    await page.host.handle('{"type": "Interrupt", "run_id": null}')
    assert kinds(page.events) == ["KernelReady"]


@pytest.mark.parametrize(
    ("text", "run_id", "said"),
    [
        ("{", "", "a command must be JSON"),
        ("[1]", "", "a command is a JSON object, not [1]"),
        ('{"type": "Explode", "run_id": "r7"}', "r7", "unknown command 'Explode'"),
        ('{"type": "Restore", "run_id": "r7"}', "r7", "wrong or missing: shown"),
        ('{"type": "Restore", "shown": {}}', "", "wrong or missing: run_id"),
        ('{"type": "RunCells", "run_id": "r7", "cells": "c1"}', "r7", "wrong or missing: cells"),
    ],
)
async def test_what_is_no_command_is_said_and_ends_its_run(text: str, run_id: str, said: str) -> None:
    page = Page()
    await page.host.handle(text)
    notice, completed = page.events[1:]
    assert (notice["type"], notice["level"]) == ("Notice", "error")
    assert said in notice["text"]
    assert (completed["type"], completed["run_id"], completed["success"]) == ("RunCompleted", run_id, False)


async def test_a_kernel_that_fails_says_so() -> None:
    said: list[str] = []
    host = BrowserHost(NOTEBOOK, KernelServices(), said.append)

    async def fail(command: object) -> None:
        raise RuntimeError("out of steam")

    host.kernel.handle = fail  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await host.handle('{"type": "Restore", "run_id": "r", "shown": {}}')
    assert "the kernel failed: RuntimeError: out of steam" in said[0]


@pytest.mark.parametrize(
    ("index", "problem"),
    [
        (EMPTY, None),
        ({**EMPTY, "format": 2}, "the stored results have format 2, this page reads 1"),
        ({}, "the stored results have format None"),
        ([], "the index of stored results is damaged"),
        ({"format": 1, "cells": {}}, "the index of stored results is incomplete"),
        ({**EMPTY, "keys": None}, "the index of stored results is damaged"),
        ({**EMPTY, "cells": []}, "the index of stored results is damaged"),
        ({**EMPTY, "keys": ["../../secret"]}, "the index of stored results is damaged"),
        ({**EMPTY, "blobs": [7]}, "the index of stored results is damaged"),
        ({**EMPTY, "manifests": {"x": {}}}, "the index of stored results is damaged"),
        ({**EMPTY, "cells": {"c9": KEY}}, "the index of stored results names c9, a cell that the notebook"),
    ],
)
async def test_an_index_that_does_not_fit_is_said_and_left_out(index: Any, problem: str | None) -> None:
    found, said = read_index(index, NOTEBOOK)
    assert (said is None) == (problem is None)
    assert problem is None or problem in str(said)
    assert set(found) >= {"cells", "manifests", "keys", "blobs"}
    page = Page(index)
    notices = [event["text"] for event in page.events if event["type"] == "Notice"]
    assert notices == ([] if said is None else [said])
    assert (await page.command("Restore", shown={}))[-1]["success"] is True


def test_an_index_that_is_no_json_is_said() -> None:
    page = Page("<!doctype html>")
    assert kinds(page.events) == ["Notice", "KernelReady"]
    assert "the index of stored results is damaged" in page.events[0]["text"]


async def test_only_what_was_shipped_is_asked_for() -> None:
    page = Page({**EMPTY, "keys": [KEY], "blobs": ["b" * 64]})
    said = await page.command("Restore", shown={})
    assert page.asked == []
    assert said[-1]["stats"]["cells_run"] == 2


async def test_text_of_any_kind_reaches_the_page() -> None:
    said: list[str] = []
    host = BrowserHost(notebook("print('é\\ud800\\u2028')"), KernelServices(), said.append)
    await host.handle('{"type": "Restore", "run_id": "r", "shown": {}}')
    told = [json.loads(text) for text in said]
    printed = [event["text"]["text"] for event in told if event["type"] == "CellConsole"]
    assert "".join(printed) == "é\ud800\u2028\n"


async def test_the_page_keeps_what_is_computed_and_hands_it_to_the_next_worker() -> None:
    page = Page()
    await page.command("Restore", shown={})
    assert {kind for kind, _, _ in page.kept_here} <= {"manifests", "blobs"}
    assert [kind for kind, _, _ in page.kept_here].count("manifests") == 2
    later = Page(kept=page.kept_here)
    said = await later.command("Restore", shown={}, stored_only=True)
    assert [event["origin"] for event in said if event["type"] == "CellEnded"] == ["cache", "cache"]
    assert later.kept_here == []  # it has them already
    said = await Page().command("Restore", shown={}, stored_only=True)
    assert [event["status"] for event in said if event["type"] == "CellEnded"] == ["stale", "stale"]


async def test_an_answer_is_taken_at_any_time() -> None:
    page = Page()
    await page.host.handle('{"type": "AnswerInput", "question": "q", "text": "nobody asked"}')
    assert kinds(page.events) == ["KernelReady"]


async def test_the_page_hears_of_files_before_the_end_of_each_run() -> None:
    page = Page()
    await page.command("Restore", shown={})
    await page.host.handle('{"type": "Explode", "run_id": "r"}')
    ends = [at for at, event in enumerate(page.events) if event["type"] == "RunCompleted"]
    assert page.rested == ends


async def test_a_file_that_comes_has_those_cells_run_that_missed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    book = notebook("import pathlib\nrows = pathlib.Path('rows.csv').read_text()", "rows.upper()", "1")
    page = Page(book=book, folder=str(tmp_path))
    said = await page.command("Restore", shown={})
    assert {event["cell"]: event["status"] for event in said if event["type"] == "CellEnded"} == {
        "c1": "error",
        "c2": "cancelled",
        "c3": "idle",
    }
    for text, shown in (("a,b", "'A,B'"), ("c", "'C'")):
        (tmp_path / "rows.csv").write_text(text)
        page.host.replaced("rows.csv")
        said = await page.command("CheckFiles", files=["rows.csv"])
        ended = [event for event in said if event["type"] == "CellEnded"]
        assert [event["cell"] for event in ended] == ["c1", "c2"]
        assert ended[-1]["output"] == {"text/plain": shown}
        assert (await page.command("CheckFiles", files=["rows.csv"]))[0]["cells"] == []
    later = Page(book=book, folder=str(tmp_path), kept=page.kept_here)
    await later.command("Restore", shown={})
    assert later.host.kernel.stats().cells_run == 0


def test_who_imports_a_module() -> None:
    page = Page(book=notebook("import numpy.linalg", "x = 1", "from numpy import array"))
    assert page.host.importers("numpy") == ["c1", "c3"]
    assert page.host.importers("num") == []
