"""`tiffin`: the commands."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from tiffin.errors import NotebookError, NotebookFailed, UsageError
from tiffin.host.cli.cache import cache_group
from tiffin.host.cli.cache_place import CACHE_HELP, choose_cache, limit_cache
from tiffin.host.cli.explained import explained, give_up, stderr_console
from tiffin.host.cli.kernel import offer_kernel
from tiffin.host.cli.mcp import offer_to_agent
from tiffin.host.cli.playground import make_playground, write_playground
from tiffin.host.cli.progress import cell_progress, cell_table, cells_json, error_line, interruption
from tiffin.host.cli.run import run_notebook
from tiffin.host.cli.signing import make_signing_key, sign_cache, trust_signing_key
from tiffin.host.cli.user_settings import user_cache_limit, user_options
from tiffin.host.export.cook import Cooked, cook
from tiffin.host.export.folder import check_target, is_site, user_cache
from tiffin.host.export.notebook_snapshots import SnapshotKitchen
from tiffin.host.export.playground import PLAYGROUND, playground_options
from tiffin.host.export.runtime import find_assets, find_runtime, read_remote_lock
from tiffin.host.export.site import (
    SHARED_NAMES,
    SNAPSHOTS,
    VIEWS,
    Entry,
    SiteOptions,
    SiteReport,
    write_site,
)
from tiffin.host.export.wheels import PipWheels
from tiffin.host.server.static import make_server
from tiffin.notebook.files import read_notebook, write_notebook
from tiffin.notebook.notebook import Notebook
from tiffin.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tiffin")
def main() -> None:
    """Reactive Python notebooks, cooked once and eaten in any browser.

    \b
    tiffin export html-wasm notebook.py -o site --execute
    tiffin serve site
    """


@main.group()
def export() -> None:
    """Make something of a notebook that others can open.

    \b
    tiffin export html-wasm lunch.py -o site --execute
    """


@export.command("html-wasm")
@click.argument("notebooks", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the site.")
@click.option("--execute", is_flag=True, help="Run the notebook now, and ship every result.")
@click.option("--mode", type=click.Choice(["run", "edit"]), default="run", show_default=True)
@click.option(
    "--boot",
    type=click.Choice(["eager", "intent", "never"]),
    default="eager",
    show_default=True,
    help="When Python starts: with the page, at the first touch of a widget, or not at all.",
)
@click.option(
    "--pyodide", metavar="DIR|URL|VERSION", help="The Pyodide distribution [default: the one shipped]."
)
@click.option("--offline", is_flag=True, help="Put every wheel that cells may need into the site.")
@click.option(
    "--snapshot",
    type=click.Choice(SNAPSHOTS),
    default="kernel",
    show_default=True,
    help="What Python has imported already when it starts: the kernel, the notebook's packages too, nothing.",
)
@click.option(
    "--service-worker",
    is_flag=True,
    help="Let readers come back without a network, and stop cells on hosts that cannot isolate pages.",
)
@click.option(
    "--view",
    type=click.Choice(VIEWS),
    help="How readers see it at first: code on request, no code, all code "
    "[default: what the notebook says, else article].",
)
@click.option(
    "--title",
    default=SiteOptions.title,
    show_default=True,
    help="Of the page that lists the notebooks, if there are several.",
)
@click.option(
    "--playground",
    is_flag=True,
    help="Put a playground beside several notebooks; the page that lists them opens them in it.",
)
@click.option("--index", metavar="URL", help="The package index that an edited page installs from.")
@click.option("--cache", metavar="FOLDER|URL", help=CACHE_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@explained
def export_html_wasm(
    notebooks: tuple[Path, ...],
    output: Path,
    execute: bool,
    mode: str,
    boot: str,
    pyodide: str | None,
    offline: bool,
    snapshot: str,
    service_worker: bool,
    view: str | None,
    title: str,
    playground: bool,
    index: str | None,
    cache: str | None,
    as_json: bool,
) -> None:
    """Make a static site that shows results at once and computes in the browser.

    \b
    tiffin export html-wasm lunch.py -o site --execute
    tiffin export html-wasm a.py b.ipynb -o site --execute --pyodide 0.27.7 --offline
    tiffin export html-wasm a.py b.ipynb -o site --execute --playground
    """
    console = stderr_console()
    check_target(output)
    assets, runtime = find_assets(), read_remote_lock(find_runtime(pyodide))
    wheels = PipWheels(runtime.lock.get("info", {}), user_cache(os.environ) / "wheels")
    read = [(path, read_notebook(path)) for path in notebooks]
    folders = _folders([notebook for _, notebook in read], playground)
    entries: list[Entry] = []
    for (path, notebook), folder in zip(read, folders, strict=True):
        cooked = _cook(console, notebook, path, cache) if execute else None
        entries.append(Entry(notebook, cooked, folder, path.resolve().parent))
    beside = PLAYGROUND if playground else None
    options = SiteOptions(
        boot, mode, offline, index, snapshot, service_worker, view, title=title, playground_beside=beside
    )
    kitchen = SnapshotKitchen(assets, user_cache(os.environ) / "snapshots")
    report = write_site(entries, output, assets, runtime, options, wheels, kitchen)
    if playground:
        tinkering = playground_options(offline=offline, index=index, service_worker=service_worker)
        more = write_playground(output / PLAYGROUND, runtime, tinkering)
        warnings = tuple(dict.fromkeys((*report.warnings, *more.warnings)))
        report = SiteReport(report.files + more.files, report.size + more.size, warnings)
    _tell_export(console, entries, output, report, as_json)


def _folders(notebooks: list[Notebook], playground: bool) -> list[str]:
    """Where each notebook lies in the site: at the root if it is the only one."""
    if len(notebooks) == 1:
        if playground:
            raise UsageError(
                "--playground goes with several notebooks: make it alone with 'tiffin playground -o SITE'"
            )
        return [""]
    names = [notebook.name for notebook in notebooks]
    shared = {*SHARED_NAMES, *([PLAYGROUND] if playground else ())}
    taken = next((name for name in names if name in shared or name.strip(".") == ""), None)
    if taken is not None:
        raise UsageError(f"a notebook called {taken!r} cannot lie beside others in a site: rename it")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"two notebooks are called {twice!r}, and would overwrite each other: rename one of them"
        )
    return names


def _cook(console: Console, notebook: Notebook, path: Path, cache: str | None) -> Cooked:
    folder, shared = choose_cache(cache, path, os.environ)
    limit = user_cache_limit(os.environ)
    options = replace(user_options(os.environ), shared=shared, cost="always")
    with cell_progress(console, notebook) as report:
        cooked = cook(notebook, path, folder, report, None, give_up, options)
    limit_cache(console, folder, cooked, limit)
    console.print(cell_table(cooked))
    interrupted = interruption(cooked)
    if interrupted is not None:
        raise NotebookFailed(f"{interrupted} of {notebook.filename}, nothing was exported")
    failed = [run for run in cooked.summary.cells if run.status not in ("idle", "stale")]
    if failed:
        first = next((run for run in failed if run.error is not None), failed[0])
        line = (
            error_line(first.cell, first.error)
            if first.error is not None
            else f"{first.cell}: {first.reason}"
        )
        more = len(failed) - 1
        others = f" ({more} more cell{'s' if more > 1 else ''} did not run)" if more else ""
        raise NotebookFailed(f"{notebook.filename} failed, nothing was exported: {line}{others}")
    return cooked


def _tell_export(
    console: Console, entries: list[Entry], output: Path, report: SiteReport, as_json: bool
) -> None:
    for warning in report.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    if as_json:
        cells = {
            entry.notebook.filename: cells_json(entry.cooked) for entry in entries if entry.cooked is not None
        }
        click.echo(
            json.dumps(
                {
                    "site": str(output),
                    "files": report.files,
                    "bytes": report.size,
                    "cells": cells,
                    "warnings": list(report.warnings),
                }
            )
        )
    else:
        size = f"{report.files} files, {report.size / 1e6:.1f} MB"
        console.print(f"{output}: {size}", markup=False, highlight=False, soft_wrap=True)


@main.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port."
)
@click.option("-v", "--verbose", is_flag=True, help="Print a line for each request.")
@explained
def serve(site: Path, host: str, port: int, verbose: bool) -> None:
    """Serve an exported site, with the right MIME types and isolation headers.

    \b
    tiffin serve site
    tiffin serve site --port 0
    """
    if not is_site(site):
        raise UsageError(
            f"{site} is no exported site: make one with 'tiffin export html-wasm NOTEBOOK -o {site}'"
        )
    try:
        server = make_server(site, host, port, click.echo if verbose else None)
    except OSError as error:
        where = f"{host}, port {port} ({error.strerror or error})"
        raise UsageError(f"cannot listen on {where}: give another --port, 0 for any free one") from None
    click.echo(f"http://{host}:{server.server_address[1]}/")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    finally:
        server.server_close()


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@explained
def convert(source: Path, target: Path) -> None:
    """Convert a notebook between formats, chosen by suffix.

    \b
    tiffin convert analysis.ipynb analysis.py
    """
    if target.exists():
        raise NotebookError(f"{target} is there already: give another name, or remove it first")
    write_notebook(read_notebook(source), target)


main.add_command(run_notebook)
main.add_command(make_playground)
main.add_command(offer_kernel)
main.add_command(offer_to_agent)
main.add_command(cache_group)
for command in (make_signing_key, trust_signing_key, sign_cache):
    cache_group.add_command(command)
