"""Executors by name: chosen, they run the cells; not chosen, they are not imported; broken, they say so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tiffin
from tiffin.run.executor import DefaultExecutor
from tiffin.run.executors import ExecutorError, find_executor

RECORDER = """
import sys
from tiffin.run.executor import DefaultExecutor

class Recorder:
    def __init__(self):
        self._executor = DefaultExecutor()

    async def execute(self, cell, globals_):
        sys.__stderr__.write(f"recorded {cell.id}\\n")
        return await self._executor.execute(cell, globals_)
"""
PACKAGES = {
    "recorder": ("recorder:Recorder", RECORDER),
    "absent": ("nowhere:Executor", None),
    "broken": ("broken_executor:Executor", "import a_package_that_is_not_there\n"),
    "quitting": ("quitting_executor:Executor", "raise SystemExit('no\\nlicence')\n"),
    "nameless": ("nameless_executor:Executor", ""),
    "demanding": (
        "demanding_executor:Executor",
        "class Executor:\n    def __init__(self, cluster): ...\n",
    ),
    "idle": ("idle_executor:Executor", "class Executor:\n    execute = None\n"),
    "default": ("hijacking:Executor", "1 / 0\n"),
}
COMMAND = "from tiffin.host.cli.main import main; main()"
INSTALLED = ", ".join(sorted(PACKAGES))


class Kitchen:
    """A folder with a notebook, packages that offer executors, and the settings of a user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "packages"
        self.runs = 0
        for name, (target, source) in PACKAGES.items():
            self.install(name, name, target, source)

    def install(self, package: str, name: str, target: str, source: str | None) -> None:
        folder = self.packages / f"tiffin_{package}-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tiffin-{package}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[tiffin.executor]\n{name} = {target}\n")
        if source is not None:
            (self.packages / f"{target.split(':')[0]}.py").write_text(source)

    def write_settings(self, text: str) -> None:
        folder = self.folder / "config" / "tiffin"
        folder.mkdir(parents=True)
        (folder / "settings.toml").write_text(text)

    def run(self, header: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a notebook of two cells that begins with `header`, in its own process, with no cache yet."""
        self.runs += 1
        loaded = "import sys\nprint('recorder' in sys.modules, file=sys.__stderr__)"
        (self.folder / "nb.py").write_text(f"{header}\n# %%\nx = 1\n\n# %%\n{loaded}\n")
        return subprocess.run(
            [sys.executable, "-c", COMMAND, "run", "nb.py", "--cache", f"cache-{self.runs}"],
            cwd=self.folder,
            env={
                **{name: value for name, value in os.environ.items() if name != "TIFFIN_EXECUTOR"},
                "PYTHONPATH": f"{Path(tiffin.__file__).parent.parent}{os.pathsep}{self.packages}",
                "XDG_CONFIG_HOME": str(self.folder / "config"),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


def test_the_default_needs_no_package() -> None:
    assert isinstance(find_executor(), DefaultExecutor)


@pytest.mark.parametrize("name", ["unheard-of", "", 3, None, ["default"]])
def test_what_no_package_offers_is_refused(name: object) -> None:
    with pytest.raises(
        ExecutorError, match=re.escape(f"the executor {name!r} is not installed (installed: ")
    ):
        find_executor(name)


def test_one_that_the_notebook_chooses_runs_its_cells(kitchen: Kitchen) -> None:
    done = kitchen.run("# tiffin: executor=recorder")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"recorded (\w+)", done.stderr) == ["c1", "c2"]


def test_one_that_nobody_chooses_is_not_imported(kitchen: Kitchen) -> None:
    done = kitchen.run()
    assert done.returncode == 0, done.stderr
    assert "False\n" in done.stderr
    assert "recorded" not in done.stderr


def test_the_users_settings_choose_for_notebooks_that_do_not(kitchen: Kitchen) -> None:
    kitchen.write_settings('executor = "recorder"\nlater = 1\n')
    assert "recorded c1" in kitchen.run().stderr
    assert "recorded c1" not in kitchen.run("# tiffin: executor=default").stderr
    assert "recorded c1" not in kitchen.run(TIFFIN_EXECUTOR="default").stderr
    assert "recorded c1" in kitchen.run(TIFFIN_EXECUTOR="").stderr
    assert "recorded c1" in kitchen.run("# tiffin: executor=recorder", TIFFIN_EXECUTOR="default").stderr


def test_settings_lie_in_the_home_folder(kitchen: Kitchen) -> None:
    kitchen.write_settings('executor = "recorder"\n')
    (kitchen.folder / "config").rename(kitchen.folder / ".config")
    done = kitchen.run(XDG_CONFIG_HOME="", HOME=str(kitchen.folder))
    assert "recorded c1" in done.stderr


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("absent", "of tiffin-absent cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
        (
            "broken",
            "of tiffin-broken cannot be loaded: ModuleNotFoundError: "
            "No module named 'a_package_that_is_not_there'",
        ),
        ("quitting", "of tiffin-quitting cannot be loaded: SystemExit: no licence"),
        ("nameless", "of tiffin-nameless cannot be loaded: AttributeError: "),
        ("demanding", "of tiffin-demanding cannot be loaded: TypeError: "),
        ("idle", "of tiffin-idle is none: it has no method 'execute'"),
        ("unheard-of", "is not installed"),
    ],
)
def test_one_that_cannot_be_had_ends_the_command(kitchen: Kitchen, name: str, says: str) -> None:
    done = kitchen.run(f"# tiffin: executor={name}")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"tiffin: [^\n]+\n", done.stderr), done.stderr
    assert done.stderr.startswith(f"tiffin: the executor '{name}' {says}")
    assert done.stderr.endswith(f"(installed: {INSTALLED})\n")


def test_two_packages_that_offer_one_name_are_refused(kitchen: Kitchen) -> None:
    kitchen.install("copy", "recorder", "recorder:Recorder", None)
    done = kitchen.run("# tiffin: executor=recorder")
    assert done.returncode == 2
    assert "is offered by tiffin-copy and tiffin-recorder" in done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("executor = 3\n", "executor must be a name, not 3"),
        ("executor = \n", "cannot be read: Invalid value"),
    ],
)
def test_settings_that_make_no_sense_are_said_in_one_line(kitchen: Kitchen, text: str, says: str) -> None:
    kitchen.write_settings(text)
    done = kitchen.run()
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"tiffin: [^\n]+settings.toml[^\n]+\n", done.stderr), done.stderr
    assert says in done.stderr
