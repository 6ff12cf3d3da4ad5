"""Keys of the user's own, and those that the user trusts."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from tiffin.cache.manifest import Signature
from tiffin.cache.signing import PRIVATE_KEY, TRUSTED_KEYS, Ed25519Signer, make_key, read_trusted, trust_key
from tiffin.errors import UsageError


def test_a_key_is_made_once_and_is_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "tiffin"
    public = make_key(folder)
    assert stat.S_IMODE((folder / PRIVATE_KEY).stat().st_mode) == 0o600
    before = (folder / PRIVATE_KEY).read_bytes()
    with pytest.raises(UsageError, match="there is a key already"):
        make_key(folder)
    assert (folder / PRIVATE_KEY).read_bytes() == before
    assert Ed25519Signer(folder).public == public


def test_signs_and_checks(tmp_path: Path) -> None:
    make_key(tmp_path)
    signer = Ed25519Signer(tmp_path)
    signature = signer.sign(b"dal")
    assert signature is not None
    assert signer.problem(b"dal", signature) is None
    assert "altered after it was signed" in str(signer.problem(b"rice", signature))
    for odd in ("", "00", "zz" * 64, "00" * 64):
        assert "altered" in str(signer.problem(b"dal", Signature(signature.key, odd)))
    assert "do not trust" in str(signer.problem(b"dal", Signature("ab" * 32, signature.value)))


def test_without_a_key_nothing_is_signed_but_others_are_checked(tmp_path: Path) -> None:
    other = make_key(tmp_path / "other")
    signature = Ed25519Signer(tmp_path / "other").sign(b"dal")
    assert signature is not None
    here = tmp_path / "here"
    assert Ed25519Signer(here).sign(b"dal") is None
    assert "do not trust" in str(Ed25519Signer(here).problem(b"dal", signature))
    assert trust_key(here, other.upper() + "\n", "a friend")
    assert Ed25519Signer(here).problem(b"dal", signature) is None


def test_the_list_of_trusted_keys(tmp_path: Path) -> None:
    one, two = "ab" * 32, "cd" * 32
    assert trust_key(tmp_path, one, "a friend of mine")
    assert trust_key(tmp_path, two, "")
    assert not trust_key(tmp_path, one, "again")
    assert read_trusted(tmp_path) == {one: "a friend of mine", two: ""}
    assert [path.name for path in tmp_path.iterdir()] == [TRUSTED_KEYS]
    for key in ("", "ab", "xy" * 32, "../" + one):
        with pytest.raises(UsageError, match="is no public key"):
            trust_key(tmp_path, key, "")
    with pytest.raises(UsageError, match="one line"):
        trust_key(tmp_path, "ef" * 32, f"x\n{'01' * 32}")


def test_a_list_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / TRUSTED_KEYS
    path.write_text(f"# friends\n\n  {'AB' * 32}\tfriend\n")
    assert read_trusted(tmp_path) == {"ab" * 32: "friend"}
    path.write_text("ssh-ed25519 AAAA me\n")
    with pytest.raises(UsageError, match="is no public key"):
        Ed25519Signer(tmp_path)


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "é"])
def test_a_damaged_key(tmp_path: Path, text: str) -> None:
    (tmp_path / PRIVATE_KEY).write_text(text, "utf-8")
    with pytest.raises(UsageError, match="is no key: restore it"):
        Ed25519Signer(tmp_path)


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("cryptography", "cryptography.hazmat.primitives.asymmetric"):
        monkeypatch.setitem(sys.modules, name, None)
    for work in (make_key, Ed25519Signer):
        with pytest.raises(UsageError, match=r"install tiffin\[signing\]"):
            work(tmp_path)
    assert list(tmp_path.iterdir()) == []
