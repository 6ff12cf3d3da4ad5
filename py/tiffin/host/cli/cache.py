"""`tiffin cache`: what a cache holds, whether it is sound, and making it smaller."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tiffin.cache.folder_cache import clear, distrusted, prune, read_inventory, repair, site_index, verify
from tiffin.cache.inventory import Entry, Inventory, Removal
from tiffin.host.cli.amounts import parse_age, parse_size, readable_age, readable_size
from tiffin.host.cli.cache_place import find_cache
from tiffin.host.cli.explained import explained
from tiffin.host.cli.live_table import new_table
from tiffin.host.cli.user_settings import user_cache_limit, user_trust
from tiffin.run.lifecycles.capture import readable_seconds

DAMAGED = 1  # the exit code


@click.group("cache")
def cache_group() -> None:
    """Look after the results that are kept: list, check and remove them.

    FOLDER is a cache, or a folder with a public/cache; a NOTEBOOK stands for the cache that it uses.

    \b
    tiffin cache ls
    tiffin cache prune --limit 1GB
    """


place_argument = click.argument(
    "place", required=False, metavar="[FOLDER|NOTEBOOK]", type=click.Path(path_type=Path)
)
_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")

SORTS: dict[str, Callable[[Entry], float]] = {
    "used": lambda entry: -entry.used,
    "size": lambda entry: -(entry.own + entry.shared),
    "age": lambda entry: entry.written,
    "hits": lambda entry: -entry.hits,
    "time": lambda entry: -(entry.manifest.seconds if entry.manifest else 0.0),
}


@cache_group.command("ls")
@place_argument
@click.option("--sort", type=click.Choice(sorted(SORTS)), default="used", show_default=True)
@_json
@explained
def list_entries(place: Path | None, sort: str, as_json: bool) -> None:
    """List the entries of a cache: what each defines, its size, its use, and how long its run took.

    "shared" counts what other entries need as well. Hits are sessions that found the entry.

    \b
    tiffin cache ls
    tiffin cache ls lunch.py --sort size
    """
    root = find_cache(place)
    inventory = read_inventory(root)
    entries = sorted(inventory.entries, key=SORTS[sort])
    if as_json:
        click.echo(json.dumps(_inventory_json(root, inventory, entries)))
        return
    console = Console(file=sys.stdout)
    if entries:
        console.print(_entry_table(entries, time.time()))
    console.print(_totals(root, inventory), markup=False, highlight=False, soft_wrap=True)


def _entry_table(entries: list[Entry], now: float) -> Table:
    table = new_table("key", "defines", "size", "shared", "age", "used", "hits", "time")
    for column in table.columns[2:]:
        column.justify = "right"
    for entry in entries:
        manifest = entry.manifest
        table.add_row(
            entry.key[:12],
            Text(_label(entry)),
            readable_size(entry.own),
            readable_size(entry.shared) if entry.shared else "",
            readable_age(now - entry.written),
            readable_age(now - entry.used),
            str(entry.hits),
            "" if manifest is None else readable_seconds(manifest.seconds),
            style="red" if entry.problem else "",
        )
    return table


def _label(entry: Entry) -> str:
    if entry.problem is not None:
        return "(a later tiffin's)" if entry.later else "(damaged)"
    names = ", ".join(entry.names)
    if entry.cell is not None and entry.cell != names:
        return f"{entry.cell}: {names}" if names else entry.cell
    return names or "(an output)"


def _totals(root: Path, inventory: Inventory) -> str:
    listing = inventory.listing
    parts = [f"{root}: {_count(len(inventory.entries), 'entry', 'entries')}, {readable_size(listing.size)}"]
    if inventory.orphans:
        size = readable_size(sum(listing.blobs[blob].size for blob in inventory.orphans))
        parts.append(f"{_count(len(inventory.orphans), 'blob', 'blobs')} that no entry needs ({size})")
    if listing.unfinished:
        parts.append(_count(len(listing.unfinished), "unfinished file", "unfinished files"))
    return ", ".join(parts)


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _inventory_json(root: Path, inventory: Inventory, entries: list[Entry]) -> dict[str, Any]:
    return {
        "folder": str(root),
        "bytes": inventory.listing.size,
        "entries": [_entry_json(entry) for entry in entries],
        "orphans": list(inventory.orphans),
        "unfinished": len(inventory.listing.unfinished),
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "cell": entry.cell,
        "defines": list(entry.names),
        "own": entry.own,
        "shared": entry.shared,
        "written": round(entry.written, 3),
        "used": round(entry.used, 3),
        "hits": entry.hits,
        "seconds": None if entry.manifest is None else entry.manifest.seconds,
        "problem": entry.problem,
    }


@cache_group.command("verify")
@place_argument
@click.option("--repair", "mend", is_flag=True, help="Remove what is damaged: its cells run again.")
@_json
@explained
def verify_cache(place: Path | None, mend: bool, as_json: bool) -> None:
    """Check every entry: that it can be read, belongs to its key, and has its blobs with the right digests.

    Signatures are checked as the setting `signing` says: off, on or strict. The exit code is 1 when something
    is damaged, and was not removed.

    \b
    tiffin cache verify
    tiffin cache verify --repair
    """
    root = find_cache(place)
    trust = user_trust(os.environ)
    verdict = verify(root)
    verdict = replace(verdict, damaged=verdict.damaged + distrusted(verdict.inventory, trust))
    removed = repair(root, verdict) if mend and verdict.damaged else None
    if as_json:
        document = {
            "folder": str(root),
            "entries": len(verdict.inventory.entries),
            "damaged": [{"keys": damage.keys, "text": damage.text} for damage in verdict.damaged],
            "later": [entry.key for entry in verdict.later],
            "orphans": list(verdict.inventory.orphans),
            "unfinished": len(verdict.inventory.listing.unfinished),
            "removed": None if removed is None else [entry.key for entry in removed.entries],
        }
        click.echo(json.dumps(document))
    else:
        for damage in verdict.damaged:
            click.echo(damage.text)
        for entry in verdict.later:
            click.echo(f"{entry.key[:12]}… is of a later tiffin, and was not checked")
        click.echo(_totals(root, verdict.inventory))
        _tell_verdict(len(verdict.damaged), removed)
    if verdict.damaged and removed is None:
        sys.exit(DAMAGED)


def _tell_verdict(damaged: int, removed: Removal | None) -> None:
    if not damaged:
        click.echo("everything is whole")
    elif removed is None:
        things = _count(damaged, "thing is", "things are")
        click.echo(f"{things} damaged: remove them with 'tiffin cache verify --repair', then run again")
    else:
        click.echo(f"removed {_removed(removed)}: their cells run again")


@cache_group.command("prune")
@place_argument
@click.option("--limit", metavar="SIZE", help="Keep at most so much [default: what the settings say].")
@click.option("--older", metavar="AGE", help="Remove what was not used for so long: 30d, 12h.")
@click.option("--unused", is_flag=True, help="Remove blobs that no entry needs.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@_json
@explained
def prune_cache(
    place: Path | None, limit: str | None, older: str | None, unused: bool, dry_run: bool, as_json: bool
) -> None:
    """Make a cache smaller: the least recently used goes first, leftovers of writers that were killed always.

    What an exported site lists stays. While other sessions use the cache, nothing is removed.

    \b
    tiffin cache prune --limit 1GB
    tiffin cache prune --older 30d --unused --dry-run
    """
    root = find_cache(place)
    size = parse_size(limit, "--limit") if limit is not None else None
    if limit is None and older is None and not unused:
        size = user_cache_limit(os.environ)
    age = parse_age(older, "--older") if older is not None else None
    removal = prune(root, limit=size, older=age, orphans=unused, dry_run=dry_run)
    _tell_removal(root, removal, "would remove" if dry_run else "removed", as_json)


@cache_group.command("clear")
@place_argument
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@_json
@explained
def clear_cache(place: Path | None, yes: bool, as_json: bool) -> None:
    """Remove every entry of a cache; no other file, and nothing that an exported site lists.

    \b
    tiffin cache clear lunch.py
    """
    root = find_cache(place)
    if not yes:
        inventory = read_inventory(root)
        kept = " (what the site lists stays)" if site_index(root).keys else ""
        click.confirm(f"Remove {_totals(root, inventory)}{kept}?", abort=True, err=True)
    _tell_removal(root, clear(root), "removed", as_json)


def _tell_removal(root: Path, removal: Removal, verb: str, as_json: bool) -> None:
    if as_json:
        keys = [entry.key for entry in removal.entries]
        document = {
            "folder": str(root),
            "removed": keys,
            "files": len(removal.files),
            "bytes": removal.size,
        }
        click.echo(json.dumps(document))
    else:
        click.echo(f"{root}: {verb} {_removed(removal)}")


def _removed(removal: Removal) -> str:
    files = _count(len(removal.files), "file", "files")
    return f"{_count(len(removal.entries), 'entry', 'entries')} ({files}, {readable_size(removal.size)})"
