"""Which cache a command uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiffin.errors import UsageError
from tiffin.host.cli.cache_place import choose_cache, find_cache


def test_asked_for_before_set_before_the_nearest(tmp_path: Path) -> None:
    notebook, nearest = tmp_path / "lunch.py", tmp_path / "public" / "cache"
    home = {"HOME": str(tmp_path)}
    assert choose_cache(None, notebook, home) == (nearest, None)
    assert choose_cache("here", notebook, home) == (Path("here"), None)
    assert choose_cache("s3://kitchen/x", notebook, home) == (nearest, "s3://kitchen/x")
    elsewhere = {**home, "TIFFIN_CACHE": "gs://kitchen"}
    assert choose_cache(None, notebook, elsewhere) == (nearest, "gs://kitchen")
    assert choose_cache("here", notebook, elsewhere) == (Path("here"), None)


def test_finds_a_cache_by_folder_or_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    cache, notebook = tmp_path / "public" / "cache", tmp_path / "lunch.py"
    notebook.write_text("")
    for place in (None, notebook, tmp_path, Path("nowhere")):
        with pytest.raises(UsageError, match="holds no cache"):
            find_cache(place)
    cache.mkdir(parents=True)  # one that was cleared
    for place in (None, notebook, tmp_path, cache, Path("public/cache")):
        assert find_cache(place).absolute() == cache
    (tmp_path / "other" / "blobs").mkdir(parents=True)
    assert find_cache(tmp_path / "other") == tmp_path / "other"
