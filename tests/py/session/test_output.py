"""The output of a cell, changed while it runs."""

from __future__ import annotations

import pytest
from notebooks import Bench

import tiffin as tn
from tiffin.events import CellDisplay, CellEnded


async def shown(source: str) -> tuple[list[str], list[str]]:
    """What the displays of a cell are in the end, and all that was told of them."""
    bench = Bench("import tiffin as tn", source)
    await bench.run()
    ended = [e for e in bench.events if isinstance(e, CellEnded) and e.cell == "c2"][-1]
    assert ended.status == "idle", ended.error
    told = [e.bundle.get("text/plain", "") for e in bench.events if isinstance(e, CellDisplay)]
    return [bundle["text/plain"] for bundle in ended.displays or ()], told


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("tn.output.append(1)\ntn.output.append(2)", ["1", "2"]),
        ("tn.output.append(1)\ntn.output.replace(2)", ["2"]),
        ("tn.output.append(1)\ntn.output.clear()", []),
        ("tn.output.append(1)\ntn.output.clear()\ntn.output.append(2)\ntn.display(3)", ["2", "3"]),
        ("tn.output.append(None)", []),
        ("for n in range(500):\n    tn.output.replace(n)", ["499"]),
    ],
)
async def test_what_is_kept_is_what_was_there_in_the_end(source: str, kept: list[str]) -> None:
    assert (await shown(source))[0] == kept


async def test_a_flood_is_not_told_in_full() -> None:
    kept, told = await shown("for n in range(5000):\n    tn.output.replace(n)")
    assert kept == ["4999"]
    assert told[-1] == "4999"
    assert len(told) < 500


def test_a_script_prints(capsys: pytest.CaptureFixture[str]) -> None:
    tn.output.append(1)
    tn.output.replace("two")
    tn.output.append(None)
    tn.output.clear()
    assert capsys.readouterr().out == "1\ntwo\n"
