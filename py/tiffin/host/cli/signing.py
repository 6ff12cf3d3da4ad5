"""`tiffin cache keygen`, `trust` and `sign`: whose results are believed in a cache that others write."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tiffin.cache.folder_cache import sign_all, verify
from tiffin.cache.signing import Ed25519Signer, make_key, trust_key
from tiffin.cache.trust import Trust
from tiffin.errors import UsageError
from tiffin.host.cli.cache import place_argument
from tiffin.host.cli.cache_place import find_cache
from tiffin.host.cli.explained import explained
from tiffin.host.cli.user_settings import settings_folder


@click.command("keygen")
@explained
def make_signing_key() -> None:
    """Make a key of your own to sign results with, and print its public half for others to trust.

    Results are signed from then on when `signing = "on"` stands in the settings, or TIFFIN_SIGNING is on.

    \b
    tiffin cache keygen
    """
    click.echo(make_key(settings_folder(os.environ)))


@click.command("trust")
@click.argument("key")
@click.argument("name", required=False, default="")
@explained
def trust_signing_key(key: str, name: str) -> None:
    """Trust results that were signed with the key whose public half this is; NAME says whose it is.

    \b
    tiffin cache trust 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29 Ada
    """
    added = trust_key(settings_folder(os.environ), key, name)
    click.echo(f"{'trusted' if added else 'already trusted'}: {key} {name}".rstrip())


@click.command("sign")
@place_argument
@explained
def sign_cache(place: Path | None) -> None:
    """Sign every entry of a cache, after checking that all of it is whole.

    \b
    tiffin cache sign
    """
    root = find_cache(place)
    signer = Ed25519Signer(settings_folder(os.environ))
    if signer.public is None:
        raise UsageError("there is no key to sign with: run tiffin cache keygen")
    damaged = verify(root).damaged
    if damaged:
        raise UsageError(f"{root} is damaged, and was not signed: run tiffin cache verify --repair")
    count = sign_all(root, Trust("on", signer))
    click.echo(f"{root}: signed {count:,} {'entry' if count == 1 else 'entries'}")
