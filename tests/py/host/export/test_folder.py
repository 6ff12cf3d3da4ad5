"""Writing a site's folder as a whole."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from sites import contents

from tiffin.errors import UsageError
from tiffin.host.export.folder import MARKER, check_target, is_site, replacing, user_cache


def write_site(folder: Path, text: str = "old") -> None:
    folder.mkdir(parents=True)
    (folder / MARKER).write_text(json.dumps({"tiffin": "0.1.0", "notebooks": []}))
    (folder / "index.html").write_text(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"tiffin": "0.1.0"}', True),
        ("{}", False),
        ('["tiffin"]', False),
        ('"tiffin"', False),
        ("{", False),
        ("", False),
        (None, False),
    ],
)
def test_a_site_is_known_by_its_marker(tmp_path: Path, text: str | None, expected: bool) -> None:
    if text is not None:
        (tmp_path / MARKER).write_text(text)
    assert is_site(tmp_path) is expected


def test_no_folder_is_no_site(tmp_path: Path) -> None:
    assert not is_site(tmp_path / "nothing")
    (tmp_path / "file").touch()
    assert not is_site(tmp_path / "file")


def test_only_absent_empty_and_exported_folders_may_be_written(tmp_path: Path) -> None:
    check_target(tmp_path / "absent" / "site")
    (tmp_path / "empty").mkdir()
    check_target(tmp_path / "empty")
    write_site(tmp_path / "site")
    check_target(tmp_path / "site")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file: give -o a folder"):
        check_target(tmp_path / "file")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").touch()
    with pytest.raises(UsageError, match="holds something else than an exported site"):
        check_target(tmp_path / "thesis")


@pytest.mark.parametrize("before", ["absent", "absent/deeper", "empty", "site"])
def test_the_new_folder_takes_the_place_of_the_old(tmp_path: Path, before: str) -> None:
    target = tmp_path / before / "site" if before.startswith("absent") else tmp_path / before
    if before == "empty":
        target.mkdir()
    if before == "site":
        write_site(target)
    with replacing(target) as folder:
        assert folder.parent == target.parent
        assert list(folder.iterdir()) == []
        (folder / "new.html").write_text("new")
    assert contents(target) == {"new.html": b"new"}
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert target.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_fails_leaves_the_old_site_and_nothing_beside(
    tmp_path: Path, error: type[BaseException]
) -> None:
    write_site(tmp_path / "site")
    before = contents(tmp_path)
    with contextlib.suppress(error), replacing(tmp_path / "site") as folder:
        (folder / "half.html").write_text("half")
        raise error
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_rename_that_fails_leaves_the_old_site_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(tmp_path / "site")
    before = contents(tmp_path)
    replace, calls = os.replace, iter([True, False, True])

    def flaky(source: Path, target: Path) -> None:
        if not next(calls):
            raise OSError("the disk is full")
        replace(source, target)

    monkeypatch.setattr(os, "replace", flaky)
    with pytest.raises(OSError, match="the disk is full"), replacing(tmp_path / "site") as folder:
        (folder / "index.html").write_text("new")
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_where_the_target_is_a_link_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    write_site(tmp_path / "real" / "site")
    (tmp_path / "site").symlink_to(tmp_path / "real" / "site")
    with replacing(tmp_path / "site") as folder:
        (folder / "new.html").write_text("new")
    assert (tmp_path / "site").is_symlink()
    assert contents(tmp_path / "real") == {"site/new.html": b"new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["real", "site"]


def test_a_folder_that_holds_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    with pytest.raises(UsageError), replacing(tmp_path / "thesis"):
        pytest.fail("never entered")
    assert contents(tmp_path) == {"thesis/chapter.tex": b"years of work"}


@pytest.mark.parametrize(
    ("configured", "expected"),
    [("/kept", "/kept"), ("", "~/.cache"), ("relative", "~/.cache"), (None, "~/.cache")],
)
def test_the_users_cache_follows_the_xdg_rules(configured: str | None, expected: str) -> None:
    environment = {} if configured is None else {"XDG_CACHE_HOME": configured}
    assert user_cache(environment) == Path(expected).expanduser() / "tiffin"
