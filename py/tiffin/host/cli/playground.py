"""`tiffin playground`: notebooks in the browser, with nothing to install."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from tiffin.host.cli.explained import explained, stderr_console
from tiffin.host.export.folder import check_target, user_cache
from tiffin.host.export.playground import playground_entry, playground_options
from tiffin.host.export.runtime import Runtime, find_assets, find_runtime, read_remote_lock
from tiffin.host.export.site import SiteOptions, SiteReport, write_site
from tiffin.host.export.wheels import PipWheels


@click.command("playground")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the site.")
@click.option(
    "--pyodide", metavar="DIR|URL|VERSION", help="The Pyodide distribution [default: the one shipped]."
)
@click.option("--offline", is_flag=True, help="Put every wheel of the distribution into the site.")
@click.option("--service-worker", is_flag=True, help="Let visitors come back without a network.")
@click.option("--index", metavar="URL", help="The package index that packages are installed from.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@explained
def make_playground(
    output: Path,
    pyodide: str | None,
    offline: bool,
    service_worker: bool,
    index: str | None,
    as_json: bool,
) -> None:
    """Make a static site on which anybody writes notebooks, in the browser.

    \b
    tiffin playground -o site
    tiffin serve site
    """
    console = stderr_console()
    check_target(output)
    options = playground_options(offline=offline, index=index, service_worker=service_worker)
    report = write_playground(output, read_remote_lock(find_runtime(pyodide)), options)
    for warning in report.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    if as_json:
        told = {"site": str(output), "files": report.files, "bytes": report.size}
        click.echo(json.dumps({**told, "warnings": list(report.warnings)}))
    else:
        size = f"{report.files} files, {report.size / 1e6:.1f} MB"
        console.print(f"{output}: {size}", markup=False, highlight=False, soft_wrap=True)


def write_playground(output: Path, runtime: Runtime, options: SiteOptions) -> SiteReport:
    """Write the site of a playground to `output`, replacing an older one, and return what was written."""
    wheels = PipWheels(runtime.lock.get("info", {}), user_cache(os.environ) / "wheels")
    return write_site([playground_entry()], output, find_assets(), runtime, options, wheels)
