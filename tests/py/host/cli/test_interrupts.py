"""SIGINT at the command line: the first interrupts the run, the second ends the program."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from shell import Shell

import tiffin


def interrupt(folder: Path, body: str, *arguments: str, signals: int = 1) -> subprocess.CompletedProcess[str]:
    """Run a notebook whose second cell is `body`, and send SIGINT each time it writes `ready`."""
    (folder / "nb.py").write_text(f"# %%\nx = 1\n\n# %%\nimport sys, time\n{body}\n\n# %%\nx + 1\n")
    command = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from tiffin.host.cli.main import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(tiffin.__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            for _ in range(signals):
                assert process.stdout.readline() == "ready\n", process.communicate(timeout=20)
                process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


READY = "print('ready', file=sys.__stdout__, flush=True)"
STUBBORN = f"while True:\n    try:\n        {READY}\n        time.sleep(60)\n    except BaseException: pass"


def test_the_first_signal_interrupts_the_run_and_the_table_is_shown(tmp_path: Path) -> None:
    done = interrupt(tmp_path, f"{READY}\ntime.sleep(60)", "run", "nb.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(r"c1 +idle .*\nc2 +cancelled .*\nc3 +cancelled .*\n", done.stderr), done.stderr
    assert done.stderr.endswith("\ntiffin: interrupted in cell c2\n")


def test_an_interrupted_run_is_told_as_json_too(tmp_path: Path) -> None:
    done = interrupt(tmp_path, f"{READY}\ntime.sleep(60)", "run", "nb.py", "--json")
    assert (done.returncode, done.stderr) == (1, "tiffin: interrupted in cell c2\n")
    assert [cell["state"] for cell in json.loads(done.stdout)] == ["idle", "cancelled", "cancelled"]


def test_the_second_signal_ends_the_program(tmp_path: Path) -> None:
    done = interrupt(tmp_path, STUBBORN, "run", "nb.py", signals=2)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_an_interrupted_export_leaves_no_site(shell: Shell) -> None:
    shell.write("stop.py", "# %%\nraise KeyboardInterrupt\n\n# %%\n1\n")
    result = shell.export("stop.py", "-o", "site", "--execute")
    assert result.exit_code == 1
    last = result.stderr.splitlines()[-1]
    assert last == "tiffin: interrupted in cell c1 of stop.py, nothing was exported"
    assert not (shell.folder / "site").exists()
