"""An installed wheel exports complete sites by itself: no checkout, no cache folder, no network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIFFIN = "import tiffin; assert 'installed' in tiffin.__file__; from tiffin.host.cli.main import main; main()"


@pytest.mark.slow
def test_the_wheel_alone_exports_a_complete_site(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    (tmp_path / "nb.py").write_text("# %%\nx = 1\n# %%\nx + 1\n", "utf-8")
    empty = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    # -P and PYTHONPATH: the wheel's own package, not the checkout that this environment has installed.
    command = [sys.executable, "-P", "-c", TIFFIN, "export", "html-wasm", "nb.py", "-o", "site", "--execute"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, **empty, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    site = tmp_path / "site"
    names = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    for wanted in (
        "index.html",
        "notebook.json",
        "public/cache/index.json",
    ):
        assert wanted in names
    assert [name for name in names if re.fullmatch(r"kernel/[0-9a-f]{20}\.zip", name)]
    for suffix in ("zip", "wasm", "mjs", "snapshot", "snapshot.zst", "snapshot.br", "wasm.gz"):
        assert [name for name in names if re.fullmatch(rf"runtime/314\.0\.7/[0-9a-f]{{20}}\.{suffix}", name)]
    assert not [name for name in names if name.endswith((".whl", "python_stdlib.zip"))]
    assert any(name.startswith("assets/page-") for name in names)
    assert ">2</pre>" in (site / "index.html").read_text("utf-8")
