"""The author's API in the scratchpad: caches that hit what cells cached, `tn.defs()` and `tn.refs()`."""

from __future__ import annotations

import linecache

import pytest
from notebooks import Bench

from tiffin.events import CellConsole, ScratchConsole

TN = "import tiffin as tn"
FUNCTION = "@tn.persistent_cache\ndef slow(n):\n    print('ran')\n    return [n * factor]\n"
BLOCK = "with tn.persistent_cache('sum'):\n    print('ran')\n    total = [sum(xs)]\n"


def ran(bench: Bench) -> int:
    """How often a cached body has run, in cells or in the scratchpad: by what it has printed."""
    consoles = [event.text.text for event in bench.events if isinstance(event, CellConsole | ScratchConsole)]
    return "".join(consoles).count("ran")


async def test_a_stored_call_of_a_cell_is_a_hit() -> None:
    bench = Bench(TN, "factor = 3", f"{FUNCTION}slow(2)")
    await bench.restore()
    assert ran(bench) == 1
    done = await bench.execute(f"{FUNCTION}slow(2), slow.cache_info().hits")
    assert (done.success, done.text, ran(bench)) == (True, "([6], 1)", 1)
    assert (await bench.execute("slow(2)")).text == "[6]"
    other = await bench.execute(f"factor = 4\n{FUNCTION}slow(2)")
    assert (other.text, ran(bench)) == ("[8]", 2)  # its own `factor` decides, as it does in a cell


async def test_what_it_stores_is_a_hit_in_cells_and_sessions_to_come() -> None:
    bench = Bench(TN, "factor = 3")
    await bench.restore()
    await bench.execute(f"{FUNCTION}slow(5)")
    assert ran(bench) == 1
    await bench.edit(put={"c3": f"{FUNCTION}slow(5)"})
    assert ran(bench) == 1
    again = bench.again()
    await again.restore()
    assert (await again.execute(f"{FUNCTION}slow(5)")).text == "[15]"
    assert ran(again) == 0


async def test_a_block_of_a_cell_is_a_hit() -> None:
    bench = Bench(TN, "xs = [1, 2]", BLOCK)
    await bench.restore()
    assert ran(bench) == 1
    done = await bench.execute(f"{BLOCK}total")
    assert (done.success, done.text, ran(bench)) == (True, "[3]", 1)
    own = await bench.execute(f"xs = [5]\n{BLOCK}total")
    assert (own.text, ran(bench)) == ("[5]", 2)
    assert bench.value("total") == [3]


@pytest.mark.parametrize("head", ["@tn.cache", "@tn.lru_cache", "@tn.lru_cache(maxsize=1)"])
async def test_caches_in_memory_work_and_know_what_they_refer_to(head: str) -> None:
    body = "    print('ran')\n    return n * factor"
    bench = Bench(TN, "factor = 3", f"{head}\ndef kept(n):\n{body}", "kept(2)")
    await bench.restore()
    done = await bench.execute("kept(2), kept.cache_info().hits")
    assert (done.text, ran(bench)) == ("(6, 1)", 1)
    calls = "more = 1\nf(1), f(1), f.cache_info().hits"
    own = await bench.execute(f"{head}\ndef f(n):\n{body} + more\n{calls}")
    assert (own.text, ran(bench)) == ("(4, 4, 1)", 2)


async def test_a_stored_async_call_is_a_hit() -> None:
    code = "@tn.persistent_cache\nasync def slow(n):\n    print('ran')\n    return n + 1\nawait slow(1)"
    bench = Bench(TN, code)
    await bench.restore()
    done = await bench.execute(code)
    assert (done.text, ran(bench)) == ("2", 1)


@pytest.mark.parametrize("failing", ["1 / 0", "raise KeyboardInterrupt", "xs.append(undefined)"])
async def test_decorating_and_failing_leaves_nothing(failing: str) -> None:
    bench = Bench(TN, "factor = 3\nxs = [1]")
    await bench.restore()
    kept = {*await bench.manifests.keys()}, {*await bench.blobs.keys()}
    names = {*bench.kernel.namespace.globals}
    block = f"with tn.persistent_cache('b'):\n    y = 1\n    {failing}"
    done = await bench.execute(f"{FUNCTION}\n@tn.cache\ndef f(): return slow\n{block}")
    assert not done.success
    assert ({*await bench.manifests.keys()}, {*await bench.blobs.keys()}) == kept
    assert {*bench.kernel.namespace.globals} == names
    assert not [file for file in linecache.cache if file.startswith("<") and "scratchpad" in file]
    assert (await bench.execute("1")).success


async def test_a_skipped_block_leaves_no_trace_function() -> None:
    bench = Bench(TN, "xs = [1, 2]", BLOCK)
    await bench.restore()
    done = await bench.execute(f"import sys\nbefore = sys.gettrace()\n{BLOCK}sys.gettrace() is before, total")
    assert done.text == "(True, [3])"


async def test_it_tells_what_it_defines_and_refers_to() -> None:
    bench = Bench(TN, "x = 1\ny = 2", "z = x\ntold = tn.defs(), tn.refs()")
    await bench.restore()
    done = await bench.execute("a = x\ny = y + a\ndef f(): return print(later)\n(tn.defs(), tn.refs())")
    assert done.text == "(('a', 'f', 'y'), ('later', 'tn', 'x', 'y'))"
    assert bench.value("told") == (("told", "z"), ("tn", "x"))
