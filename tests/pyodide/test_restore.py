"""What native Python cooked, Pyodide restores without running anything."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tiffin.host.export.cook import cook
from tiffin.host.native.services import NativeOptions
from tiffin.notebook.files import read_notebook

NOTEBOOK = """
# %%
import math
import tiffin as tn
# %%
k = tn.ui.slider(1, 9, value=4)
# %%
def scaled(x):
    return math.sqrt(x) * factor
# %%
factor = 3
table = {1: 'a', '1': {2, 2.5}, (1, 2): 2**70}
# %%
big = list(range(300_000))
# %%
import enum
from dataclasses import dataclass
class Color(enum.Enum):
    RED = 1
@dataclass(frozen=True)
class Point:
    x: int
    color: Color
    def double(self):
        return self.x * 2
# %%
point = Point(21, Color.RED)
# %%
print(len(big), point.double(), point.color is Color.RED)
[scaled(k.value), table, k.value]
"""

PROGRAM = """
import json
from tiffin.host.browser.entry import start
events, asked = [], []
async def fetch(urls):
    asked.extend(json.loads(urls))
    return [bytes.fromhex(files[url]) if url in files else None for url in json.loads(urls)]
class Installing:
    async def load(self, names):
        raise AssertionError(names)
given = json.loads(GIVEN)
files = given["files"]
packages = {"providers": {}, "extra": [], "network": []}
config = {"cache": "c", "packages": packages, "digests": {}, "jspi": False, "signals": False}
config = json.dumps({**config, "ondemand": "/o.zip", "folder": None})
def post(text):
    events.append(json.loads(text))
class Loops:
    pass

class Keeping:
    kept = []

    def keep(self, kind, key, data):
        pass

    def rest(self):
        pass

class Inside:
    loops = Loops

    def pause(self, milliseconds):
        raise AssertionError(milliseconds)

    def can_run_sync(self):
        return False

    def fetch_now(self, urls):
        asked.extend(json.loads(urls))
        return [bytes.fromhex(files[url]) if url in files else None for url in json.loads(urls)]

notebook, index = json.dumps(given["notebook"]), json.dumps(given["index"])
handle = start(config, notebook, index, post, fetch, Installing(), Inside(), Keeping()).handle
await handle(json.dumps({"type": "Restore", "run_id": "r1", "shown": {}}))
await handle(json.dumps({"type": "SetValues", "run_id": "r2", "values": {"k": 9}}))
[events, asked]
"""


def test_hits_then_runs_one_cell(kernel_pyodide: Any, tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text(NOTEBOOK, "utf-8")
    notebook = read_notebook(path)
    options = NativeOptions(cost="always")
    with ThreadPoolExecutor(1) as own_thread:  # a browser's driver has an event loop in this one
        cooking = own_thread.submit(
            cook, notebook, path, tmp_path / "cache", lambda event: None, options=options
        )
    cooked = cooking.result()
    assert cooked.summary.success
    given = {
        "notebook": notebook.to_json(),
        "index": {
            "format": 1,
            "cells": {},
            "keys": sorted(cooked.manifests),
            "blobs": sorted(cooked.blobs),
            "manifests": {key: json.loads(data) for key, data in cooked.manifests.items()},
        },
        "files": {f"c/blobs/{address[:2]}/{address}": data.hex() for address, data in cooked.blobs.items()},
    }
    program = f"GIVEN = {json.dumps(given)!r}\n{PROGRAM}"
    events, asked = kernel_pyodide.run(program)
    restored = [event for event in events if event["type"] == "CellEnded" and event["run_id"] == "r1"]
    assert {event["cell"]: event["origin"] for event in restored} == dict.fromkeys(
        ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"], "cache"
    )
    native = {cell: done.output for cell, done in cooked.cells.items()}
    assert {event["cell"]: event["output"] for event in restored} == native
    live = [event for event in events if event["type"] == "CellEnded" and event["run_id"] == "r2"]
    assert [(event["cell"], event["origin"], event["status"]) for event in live] == [("c8", "run", "idle")]
    assert live[0]["output"]["text/plain"].startswith("[9.0, {1: 'a', '1': ")
    assert live[0]["console"] == [{"stream": "stdout", "text": "300000 42 True\n"}]
    assert len(asked) == 1  # the one blob that the live body uses
    completed = [event for event in events if event["type"] == "RunCompleted"]
    assert [(event["run_id"], event["success"], event["stats"]["cells_run"]) for event in completed] == [
        ("r1", True, 0),
        ("r2", True, 1),
    ]
