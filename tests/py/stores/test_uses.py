"""The notes of use."""

from __future__ import annotations

import time
from pathlib import Path

from store_contract import key

from tiffin.stores.uses import USES_FILE, Use, add_uses, read_uses, rewrite_uses


def test_adds_up_over_sessions(tmp_path: Path) -> None:
    assert read_uses(tmp_path) == {}
    add_uses(tmp_path, [key("a"), key("b")], 1000.4)
    add_uses(tmp_path, [key("a")], 2000)
    add_uses(tmp_path, [], 3000)
    assert read_uses(tmp_path) == {key("a"): Use(2000, 2), key("b"): Use(1000, 1)}


def test_half_a_line_costs_no_other(tmp_path: Path) -> None:
    add_uses(tmp_path, [key("a")], 1000)
    file = tmp_path / USES_FILE
    file.write_bytes(file.read_bytes() + b"1001 1 " + key("b")[:20].encode())
    add_uses(tmp_path, [key("c")], 1002)
    file.write_bytes(file.read_bytes() + b"\xff\x00 nonsense\nx y z\n")
    assert read_uses(tmp_path) == {key("a"): Use(1000, 1), key("c"): Use(1002, 1)}


def test_rewriting_keeps_what_is_there_still(tmp_path: Path) -> None:
    for number in range(10):
        add_uses(tmp_path, [key("a"), key("gone")], 1000 + number)
    rewrite_uses(tmp_path, {key("a")})
    assert read_uses(tmp_path) == {key("a"): Use(1009, 10)}
    assert len((tmp_path / USES_FILE).read_text().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == [USES_FILE]


def test_where_nothing_can_be_written_nothing_is(tmp_path: Path) -> None:
    add_uses(tmp_path / "none", [key("a")], 1000)
    (tmp_path / USES_FILE).symlink_to(tmp_path / "elsewhere")
    add_uses(tmp_path, [key("a")], 1000)
    rewrite_uses(tmp_path / "none", {key("a")})
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "none").exists()


def test_noting_a_hit_costs_next_to_nothing(tmp_path: Path) -> None:
    keys = [key(str(number)) for number in range(2000)]
    began = time.perf_counter()
    add_uses(tmp_path, keys, 1000)
    assert (time.perf_counter() - began) / len(keys) < 20e-6
