"""The lock of a cache's folder, between processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tiffin.stores import folder_lock
from tiffin.stores.folder_lock import LOCK_FILE, FolderLock

HOLDER = """
import sys, time
from pathlib import Path
from tiffin.stores.folder_lock import FolderLock
with FolderLock(Path(sys.argv[1]), sys.argv[2]) as lock:
    print(lock.state, flush=True)
    time.sleep(30)
"""


def holder(root: Path, mode: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root), mode], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_sessions_share_it_and_one_alone_waits(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "cache"
    other = holder(root, "shared")
    with FolderLock(root, "shared", 0) as lock:
        assert lock.state == "held"
    with FolderLock(root, "alone", 0) as lock:
        assert lock.state == "busy"
    end(other)  # as hard as can be
    with FolderLock(root, "alone", 0) as lock:
        assert lock.state == "held"
        with FolderLock(root, "shared", 0.05) as session:
            assert session.state == "busy"
    with FolderLock(root, "shared", 0) as lock:
        assert lock.state == "held"


def test_a_session_waits_for_who_has_it_alone_but_not_for_ever(tmp_path: Path) -> None:
    other = holder(tmp_path, "alone")
    began = time.monotonic()
    with FolderLock(tmp_path, "shared", 0.2) as lock:
        assert lock.state == "busy"
    assert 0.2 <= time.monotonic() - began < 2
    end(other)


def test_a_lock_on_a_removed_file_holds_nobody_off_and_is_none(tmp_path: Path) -> None:
    with FolderLock(tmp_path, "alone", 0) as old:
        (tmp_path / LOCK_FILE).unlink()
        with FolderLock(tmp_path, "shared", 0) as new:
            assert (old.state, new.state) == ("held", "held")


def test_without_a_folder_there_is_nothing_to_lock(tmp_path: Path) -> None:
    with FolderLock(tmp_path / "none", "alone", 0) as lock:
        assert lock.state == "without"
    assert not (tmp_path / "none").exists()


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).symlink_to(tmp_path / "elsewhere")
    with FolderLock(tmp_path, "shared", 0) as lock:
        assert lock.state == "without"
    assert not (tmp_path / "elsewhere").exists()


def test_a_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_lock, "_file_locks", lambda: None)
    with FolderLock(tmp_path, "alone", 0) as lock:
        assert lock.state == "without"
