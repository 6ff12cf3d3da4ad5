"""Every command that the documentation shows is run, in an empty folder, with the files that it shows.

A `text` fence behind commands is what they print.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    (tiffin .*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def with_commands(path: Path) -> bool:
    return any(language == "sh" for language, _, _ in FENCE.findall(path.read_text("utf-8")))


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if with_commands(p)], ids=lambda p: p.stem)
def test_commands_in_fences_work_from_top_to_bottom(page: Path, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "XDG_CONFIG_HOME": str(tmp_path / ".config")}
    try:
        run_fences(page, tmp_path, environment)
    finally:
        for left in tmp_path.glob("*.pid"):  # a page ends what it has started, unless it fails before that
            os.kill(int(left.read_text()), signal.SIGTERM)


def run_fences(page: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    ran, said = 0, ""
    for language, name, body in FENCE.findall(page.read_text("utf-8")):
        if name:
            (tmp_path / name).write_text(body, "utf-8")
        elif language == "text":
            assert said == body, "what the commands before it print"
        elif language == "sh":
            said = ""
            for command in body.strip().splitlines():
                done = subprocess.run(
                    ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True
                )
                assert done.returncode == 0, f"{command}\n{done.stderr}"
                ran, said = ran + 1, said + done.stdout
    assert ran > 0


def test_every_other_tiffin_command_is_one_that_exists() -> None:
    names: set[str] = set()
    for page in PAGES:
        names.update(line.split(" #")[0].strip() for line in INDENTED.findall(page.read_text("utf-8")))
    assert {"tiffin serve site", "tiffin export html-wasm notebook.py -o site --execute"} <= names
    for line in names:
        words = [word for word in line.split()[1:] if not word.startswith("-")]
        command = words[:2] if words[0] in ("cache", "export") else words[:1]
        tiffin = Path(sys.executable).with_name("tiffin")
        done = subprocess.run([str(tiffin), *command, "--help"], capture_output=True, text=True)
        assert done.returncode == 0, line
        for option in re.findall(r"--[a-z-]+", line):
            assert option in done.stdout, f"{line}: no {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^    make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_reference_is_up_to_date() -> None:
    script = ROOT / "build" / "generate_reference.py"
    assert subprocess.run([sys.executable, str(script), "--check"]).returncode == 0
