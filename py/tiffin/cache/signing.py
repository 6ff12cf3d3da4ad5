"""Ed25519 keys of the user's own, and those that the user trusts (RFC 8032), through `cryptography`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiffin.cache.manifest import Signature
from tiffin.errors import UsageError

PRIVATE_KEY = "signing.key"
TRUSTED_KEYS = "trusted-keys"
_KEY_LENGTH = 64
_MISSING = "signing needs the package cryptography: install tiffin[signing]"


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise UsageError(_MISSING) from None
    return ed25519


def make_key(folder: Path) -> str:
    """Make the user's key in `folder`, and return its public half; `UsageError` if there is one already."""
    path = folder / PRIVATE_KEY
    if path.exists():
        raise UsageError(
            f"there is a key already, {path}: what it has signed would be worth nothing without it"
        )
    key = _ed25519().Ed25519PrivateKey.generate()
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"{key.private_bytes_raw().hex()}\n")
    public: str = key.public_key().public_bytes_raw().hex()
    return public


def trust_key(folder: Path, key: str, name: str) -> bool:
    """Add a public key to those trusted in `folder`; return whether it was not there before."""
    trusted = read_trusted(folder)
    text = _check_key(key, "the key")
    if text in trusted:
        return False
    if "\n" in name:
        raise UsageError("the name of a key is one line")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TRUSTED_KEYS
    lines = [f"{known} {owner}".rstrip() for known, owner in {**trusted, text: name}.items()]
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text("\n".join(lines) + "\n", "utf-8")
    os.replace(beside, path)
    return True


def read_trusted(folder: Path) -> Mapping[str, str]:
    """Return the trusted public keys in `folder`, with the names they were given."""
    path = folder / TRUSTED_KEYS
    try:
        lines = path.read_text("utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    pairs = (line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#"))
    return {_check_key(pair[0], str(path)): pair[1] if len(pair) > 1 else "" for pair in pairs}


def _check_key(text: str, where: str) -> str:
    key = text.strip().lower()
    if len(key) != _KEY_LENGTH or not all(c in "0123456789abcdef" for c in key):
        raise UsageError(f"{where}: {text[:80]!r} is no public key: it has {_KEY_LENGTH} hexadecimal digits")
    return key


class Ed25519Signer:
    """Signs with the user's key, if there is one in `folder`; trusts it and those listed there.

    `UsageError` if `cryptography` is not installed, or a file there is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._library = _ed25519()
        self._trusted = frozenset(read_trusted(folder))
        self._private: Any = None
        self.public: str | None = None
        path = folder / PRIVATE_KEY
        try:
            secret = bytes.fromhex(path.read_text("ascii").strip())
            self._private = self._library.Ed25519PrivateKey.from_private_bytes(secret)
        except (FileNotFoundError, NotADirectoryError):
            return
        except ValueError:
            raise UsageError(
                f"{path} is no key: restore it, or remove it and run tiffin cache keygen"
            ) from None
        self.public = self._private.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> Signature | None:
        if self._private is None or self.public is None:
            return None
        return Signature(self.public, self._private.sign(data).hex())

    def problem(self, data: bytes, signature: Signature) -> str | None:
        if signature.key != self.public and signature.key not in self._trusted:
            return f"it is signed by {str(signature.key)[:16]}…, a key that you do not trust"
        from cryptography.exceptions import InvalidSignature

        try:
            key = self._library.Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.key))
            key.verify(bytes.fromhex(signature.value), data)
        except (InvalidSignature, ValueError, TypeError):
            return "its signature does not fit: it was altered after it was signed"
        return None
