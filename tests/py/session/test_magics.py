"""What magics are rewritten to."""

from __future__ import annotations

import re

import pytest
from notebooks import Bench, how, text

from tiffin.run.result import CellRun


def console(run: CellRun) -> list[tuple[str, str]]:
    assert run.result is not None
    return list(run.result.console or ())


async def test_time_gives_the_value_and_prints_how_long_it_took() -> None:
    runs = await Bench("__tiffin__.time(lambda: 6 * 7)").restore()
    assert text(runs["c1"]) == "42"
    ((stream, line),) = console(runs["c1"])
    assert stream == "stdout"
    assert re.fullmatch(r"Wall time: [\d.]+ (µs|ms|s)\n", line)


async def test_timer_prints_also_when_its_block_fails() -> None:
    source = (
        "try:\n    with __tiffin__.timer():\n        1 / 0\nexcept ZeroDivisionError:\n    print('caught')"
    )
    runs = await Bench(source).restore()
    assert re.fullmatch(r"Wall time: .*\ncaught\n", console(runs["c1"])[0][1])


async def test_timeit_prints_the_mean_and_its_spread() -> None:
    source = "calls = []\n__tiffin__.timeit(lambda: calls.append(1), number=3, repeat=2)\nlen(calls)"
    runs = await Bench(source).restore()
    assert text(runs["c1"]) == "6"
    assert re.search(
        r" ± .* per loop \(mean ± std. dev. of 2 runs, 3 loops each\)", console(runs["c1"])[0][1]
    )


async def test_capture_keeps_what_is_printed_and_displayed() -> None:
    source = (
        "import sys\n"
        "with __tiffin__.capture() as kept:\n"
        "    print('out'); print('err', file=sys.stderr); display('shown')\n"
        "print('after')\n"
        "(kept.stdout, kept.stderr, repr(kept))"
    )
    runs = await Bench(source).restore()
    assert text(runs["c1"]) == "('out\\n', 'err\\n', 'out\\n')"
    assert console(runs["c1"]) == [("stdout", "after\n")]
    assert runs["c1"].result is not None
    assert runs["c1"].result.displays == ()


@pytest.mark.parametrize(
    ("options", "shown", "kept", "displays"),
    [
        ("stdout=False", [("stdout", "out\n")], ("", "err\n"), 0),
        ("stderr=False", [("stderr", "err\n")], ("out\n", ""), 0),
        ("display=False", [], ("out\n", "err\n"), 1),
    ],
)
async def test_capture_lets_through_what_it_is_told_to(
    options: str, shown: list[tuple[str, str]], kept: tuple[str, str], displays: int
) -> None:
    source = (
        f"import sys\nwith __tiffin__.capture({options}) as kept:\n"
        "    print('out'); print('err', file=sys.stderr); display('shown')\n"
        "(kept.stdout, kept.stderr)"
    )
    runs = await Bench(source).restore()
    assert console(runs["c1"]) == shown
    assert text(runs["c1"]) == repr(kept)
    assert runs["c1"].result is not None
    assert len(runs["c1"].result.displays or ()) == displays


async def test_capture_ends_when_its_block_fails() -> None:
    source = (
        "try:\n    with __tiffin__.capture() as kept:\n        print('in')\n        1 / 0\n"
        "except ZeroDivisionError:\n    print('out'); display('shown')\nkept.show()"
    )
    runs = await Bench(source).restore()
    assert how(runs) == {"c1": "run"}
    assert console(runs["c1"]) == [("stdout", "out\nin\n")]
    assert runs["c1"].result is not None
    assert len(runs["c1"].result.displays or ()) == 1
