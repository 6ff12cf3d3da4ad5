"""Which entries are believed: digests always; signatures as far as the user asks for them (design, section
9).

Decoding a pickle runs code, so that one from a store which others write is decoded only if somebody whom the
user trusts has signed its manifest. The manifest holds the digests of its blobs, so that they are signed with
it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal, Protocol, get_args

import rfc8785

from tiffin.cache.manifest import Definition, Manifest, Signature
from tiffin.errors import UsageError

TrustMode = Literal["off", "on", "strict"]


class Signer(Protocol):
    """Makes signatures, and checks those of others.

    `sign` returns None where there is no key to sign with. `problem` says what is wrong with a signature,
    None if it is right and by a trusted key.
    """

    def sign(self, data: bytes) -> Signature | None: ...
    def problem(self, data: bytes, signature: Signature) -> str | None: ...


@dataclass(frozen=True)
class Trust:
    """The user's rules: with `off` nothing is signed or checked, with `on` what is signed must be signed
    well, with `strict` everything must be. `shared` says that others write the store."""

    mode: TrustMode = "off"
    signer: Signer | None = None

    def signed(self, manifest: Manifest) -> Manifest:
        """Return `manifest` with the user's signature, if there is to be one."""
        if self.mode == "off" or self.signer is None:
            return manifest
        return replace(manifest, signature=self.signer.sign(signed_bytes(manifest)))

    def problem(self, manifest: Manifest) -> str | None:
        """Return why nothing of `manifest` may be used, None if it may."""
        if self.mode == "off" or self.signer is None:
            return None
        if manifest.signature is None:
            return "it is not signed" if self.mode == "strict" else None
        try:
            return self.signer.problem(signed_bytes(manifest), manifest.signature)
        except RecursionError:
            return "it is nested too deeply"

    def admit(self, manifest: Manifest, unsafe: frozenset[str]) -> Manifest:
        """Return what may be used of a manifest that others wrote, and in which `problem` has found nothing
        wrong.

        Of an unsigned one values of the codecs named `unsafe` are unavailable, and so are imports that are no
        statement of the cell's own.
        """
        if self.mode != "off" and manifest.signature is not None:
            return manifest
        admitted = {name: _without(definition, unsafe) for name, definition in manifest.definitions.items()}
        return replace(manifest, definitions=admitted)


def _without(definition: Definition, unsafe: frozenset[str]) -> Definition:
    if definition.kind == "import":
        return replace(
            definition, kind="unavailable", reason="it imports, and nobody whom you trust has signed it"
        )
    if definition.codec not in unsafe:
        return definition
    return Definition(
        "unavailable",
        definition.identity,
        definition.type,
        reason="it is pickled, and nobody whom you trust has signed it",
        shares=definition.shares,
    )


def signed_bytes(manifest: Manifest) -> bytes:
    """Return what a signature of `manifest` is made over: all of it as canonical JSON (RFC 8785).

    Where that refuses what it holds (whole numbers beyond 2**53, NaN, lone surrogates): as Python's JSON in
    ASCII.
    """
    document = manifest.unsigned()
    try:
        return rfc8785.dumps(document)
    except ValueError:
        return json.dumps(document, sort_keys=True).encode()


def trust_mode(text: str, where: str) -> TrustMode:
    """Return the mode that `text` names; `UsageError` naming `where` it stands otherwise."""
    for mode in get_args(TrustMode):
        if mode == text:
            return mode  # type: ignore[no-any-return]
    raise UsageError(f"{where}: signing must be off, on or strict, not {text!r}")
