"""The public folder of a notebook."""

from __future__ import annotations

from pathlib import Path

from tiffin.host.export.public import public_files


def test_everything_but_the_cache_and_what_is_hidden(tmp_path: Path) -> None:
    for name in ("x.csv", "deep/cache/y.csv", "cache/index.json", ".git/config", "deep/.hidden"):
        place = tmp_path / "public" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(name)
    (tmp_path / "public" / "gone").symlink_to(tmp_path / "nowhere")
    assert public_files(tmp_path) == {
        name: tmp_path / "public" / name for name in ("x.csv", "deep/cache/y.csv")
    }


def test_there_need_be_none(tmp_path: Path) -> None:
    assert public_files(tmp_path) == {}
