"""The kernel behind a real server: interrupts, crashes, restarts."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from live_server import PROGRAM, wait_for_end

import tiffin

from .conftest import Serve

CACHED = "# %%\nfrom os import getpid\npid = getpid()\n\n# %%\ntotal = sum(range(10))\n\n# %%\ntotal + 1\n"
LOOPS = {
    "a busy loop": "while True: pass",
    "a sleep": "import time\ntime.sleep(60)",
    "an await": "import asyncio\nawait asyncio.sleep(60)",
    "a printer": "while True: print('x')",
    "a program": "import subprocess\nsubprocess.run(['sleep', '60'])",
    "a shell": "import os\nos.system('echo > started; sleep 60')",
}


def started(cell: str) -> Any:
    return lambda event: event["type"] == "CellStarted" and event["cell"] == cell


def of_type(name: str) -> Any:
    return lambda event: event["type"] == name


@pytest.mark.parametrize("body", LOOPS.values(), ids=LOOPS.keys())
def test_an_interrupt_stops_what_runs(serve: Serve, body: str) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        pipe = server.notebook.parent / "started"
        os.mkfifo(pipe)
        run_id = server.put(stuck=f"print('here')\n{body}", after="1")
        listener.until(lambda event: event["type"] == "CellConsole" and event["cell"] == "stuck")
        if body == LOOPS["a shell"]:
            pipe.read_text()  # a signal before the shell is there would wait for its end
        assert server.state()["kernel"] == "busy"
        assert server.request("POST", "/api/kernel/interrupt").status == 204
        events = listener.until_done(run_id)
        ended = [event for event in events if event["type"] == "CellEnded" and event["cell"] == "stuck"]
        if body != LOOPS["a shell"]:  # which reports a status, and the cell goes on
            assert [event["status"] for event in ended] == ["cancelled"]
            assert not events[-1]["success"]
        assert listener.until_done(server.put(c1="x = 3"))[-1]["run_id"]
    assert server.cell("c3")["output"]["text/plain"] == "8"


def test_variables_can_be_seen_while_a_cell_runs(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        run_id = server.put(c1="x = 20", stuck="while True: pass")
        listener.until(started("stuck"))
        assert [v["name"] for v in server.request("GET", "/api/kernel/variables").json["variables"]] == [
            "x",
            "y",
        ]
        server.command("Interrupt")
        listener.until_done(run_id)


def test_an_interrupt_right_after_a_command_is_not_lost(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        run_id = server.put(stuck="while True: pass")
        server.request("POST", "/api/kernel/interrupt")
        assert not listener.until_done(run_id)[-1]["success"]


def test_an_interrupt_of_nothing_does_nothing(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        assert server.request("POST", "/api/kernel/interrupt").status == 204
        assert listener.until_done(server.put(c1="x = 1"))[-1]["success"]


def test_an_interrupt_with_an_id_stops_that_run_alone(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        first = server.put(stuck="while True: pass")
        listener.until(started("stuck"))
        # One that waits behind it, one that nobody knows: the one under way goes on.
        second = server.command("RunCells", cells=["c1"], force=True)
        server.command("Interrupt", run_id=second)
        server.command("Interrupt", run_id="nobody")
        assert server.cell("stuck")["status"] == "running"
        server.command("Interrupt", run_id=first)
        events = listener.until_done(second)
    completed = [event for event in events if event["type"] == "RunCompleted"]
    assert [(event["run_id"], event["success"]) for event in completed] == [(first, False), (second, False)]
    assert not [event for event in events if event["type"] == "CellStarted" and event["run_id"] == second]


def test_an_interrupt_right_after_a_command_stops_a_run_before_its_first_cell_or_in_it(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        for number in range(5):
            run_id = server.put(stuck=f"while True: {number}")
            server.command("Interrupt", run_id=run_id)
            assert not listener.until_done(run_id)[-1]["success"]
        assert listener.until_done(server.put(stuck="1"))[-1]["success"]


CRASHES = {
    "os._exit": ("import os\nos._exit(3)", "the kernel process ended with exit code 3"),
    "a fault": ("import ctypes\nctypes.string_at(0)", "the kernel process was ended by SIGSEGV"),
    "kill": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "the kernel process was ended by SIGKILL",
    ),
}


@pytest.mark.parametrize(("body", "reason"), CRASHES.values(), ids=CRASHES.keys())
def test_a_crash_of_a_cell_restarts_the_kernel(serve: Serve, body: str, reason: str) -> None:
    server = serve(CACHED)
    with server.listen() as listener:
        listener.rest()
        run_id = server.put(bomb=f"print('tick')\n{body}", after="1")
        events = listener.until(of_type("KernelRestarted"))
        assert events[-1]["reason"] == reason
        ends = [event for event in events if event.get("run_id") == run_id][-3:]
        assert [(event["type"], event.get("cell"), event.get("status")) for event in ends] == [
            ("CellEnded", "bomb", "cancelled"),
            ("CellEnded", "after", "cancelled"),
            ("RunCompleted", None, None),
        ]
        assert [event["reason"] for event in ends[:2]] == [reason] * 2
        assert not ends[-1]["success"]
        restored = listener.until_at_rest()
        ended = {event["cell"]: event["origin"] for event in restored if event["type"] == "CellEnded"}
        # What is stored is back, and the cell that crashed did not run again.
        assert (ended["c2"], ended["c3"], ended["bomb"]) == ("cache", "cache", "none")
        assert server.cell("bomb")["status"] == "stale"
        assert server.cell("c3")["output"]["text/plain"] == "46"
        assert listener.until_done(server.put(bomb="2", c2="total = 1"))[-1]["success"]
    assert server.cell("c3")["output"]["text/plain"] == "2"
    assert server.process.poll() is None


def test_a_kernel_that_is_killed_while_idle_or_busy_comes_back(serve: Serve) -> None:
    server = serve(CACHED)
    with server.listen() as listener:
        listener.rest()
        first = int(server.preview("pid"))
        os.kill(first, signal.SIGKILL)
        listener.until(of_type("KernelRestarted"))
        listener.until_at_rest()
        listener.until_done(server.command("RunCells", cells=["c1"], force=True))
        second = int(server.preview("pid"))
        assert second != first
        runs = [server.put(stuck="while True: pass"), server.command("RunCells"), server.command("RunStale")]
        listener.until(started("stuck"))
        os.kill(second, signal.SIGKILL)
        events = listener.until(of_type("KernelRestarted"))
        completed = [event for event in events if event["type"] == "RunCompleted"]
        assert [(event["run_id"], event["success"]) for event in completed] == [(run, False) for run in runs]
        listener.until_at_rest()
    assert server.state()["kernel"] == "idle"


def test_widgets_keep_their_values_over_a_crash(serve: Serve) -> None:
    server = serve("# %%\nimport tiffin as tn\ns = tn.ui.slider(0, 10, value=1)\n\n# %%\ns.value * 2\n")
    with server.listen() as listener:
        listener.rest()
        listener.until_done(server.command("SetValues", values={"s": 4}))
        server.put(bomb="import os\nos._exit(1)")
        listener.until(of_type("KernelRestarted"))
        listener.until_at_rest()
    assert server.cell("c2")["output"]["text/plain"] == "8"


def test_edits_that_wait_survive_a_crash(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        server.put(bomb="import signal\nsignal.pause()\nimport os\nos._exit(1)")
        listener.until(started("bomb"))
        waiting = server.put(new="'kept'")
        server.request("POST", "/api/kernel/restart")
        events = listener.until(of_type("KernelRestarted"))
        told = [event for event in events if event.get("run_id") == waiting]
        assert [event["type"] for event in told] == ["NotebookEdited", "RunCompleted"]
        assert told[0]["put"] == ["new"]
        listener.until_at_rest()
    assert server.cell("new")["status"] == "stale"
    assert "'kept'" in server.notebook.read_text()


def test_a_restart_that_is_asked_for(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        run_id = server.put(stuck="while True: pass")
        listener.until(started("stuck"))
        assert server.request("POST", "/api/kernel/restart").status == 204
        events = listener.until(of_type("KernelRestarted"))
        assert events[-1]["reason"] == "the kernel was restarted"
        assert (events[-2]["type"], events[-2]["run_id"], events[-2]["success"]) == (
            "RunCompleted",
            run_id,
            False,
        )
        listener.until_at_rest()
    assert server.state()["kernel"] == "idle"


def test_a_restart_reads_what_another_program_wrote(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        server.notebook.write_text("# %%\nword = 'written elsewhere'\n")
        refused = server.request(
            "POST", "/api/kernel/commands", {"type": "EditCells", "put": [{"id": "c1", "source": "x = 9"}]}
        )
        assert refused.status == 409
        assert refused.json["detail"].startswith("nb.py was changed by another program, nothing was written")
        server.request("POST", "/api/kernel/restart")
        listener.until(of_type("KernelRestarted"))
        listener.until_at_rest()
        assert [cell["source"] for cell in server.state()["cells"]] == ["word = 'written elsewhere'"]
        server.notebook.write_bytes(b"\0")
        answer = server.request("POST", "/api/kernel/restart")
        assert (answer.status, "is a binary file" in answer.json["detail"]) == (409, True)
    assert server.state()["kernel"] == "idle"


def test_a_kernel_that_cannot_be_had_is_told_of(serve: Serve) -> None:
    server = serve("# tiffin: executor=unheard-of\n# %%\nx = 1\n")
    with server.listen() as listener:
        message = listener.next()
        if message.data["kernel"] != "failed":
            notice = listener.until(of_type("Notice"))[-1]
            assert "unheard-of" in notice["text"]
        assert server.state()["kernel"] == "failed"
        answer = server.request("GET", "/api/kernel/variables")
        assert (answer.status, answer.json["detail"]) == (
            503,
            "the kernel is not running yet: ask again when it is ready",
        )
        # The next command tries again, and fails in the same way.
        run_id = server.command("RunCells")
        assert not listener.until_done(run_id)[-1]["success"]
        server.command("EditCells", settings={"executor": "default"})
        listener.until(of_type("KernelReady"))
    assert "executor=default" in server.notebook.read_text()


def test_what_a_cell_leaves_behind_does_not_hide_its_end(serve: Serve) -> None:
    server = serve()
    bomb = "import os, time\nif os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)\nos._exit(5)"
    with server.listen() as listener:
        listener.rest()
        server.put(bomb=bomb)
        assert listener.until(of_type("KernelRestarted"))[-1]["reason"].endswith("exit code 5")
        listener.until_at_rest()


def test_a_forked_process_does_not_write_among_the_events(serve: Serve) -> None:
    server = serve()
    body = (
        "import os\nprint('parent')\npid = os.fork()\nif pid == 0:\n    print('x' * 1000)\n"
        "    display(1)\n    os._exit(0)\nos.waitpid(pid, 0)\nprint('end')"
    )
    with server.listen() as listener:
        listener.rest()
        events = listener.until_done(server.put(fork=body))
    assert "".join(e["text"]["text"] for e in events if e["type"] == "CellConsole") == "parent\nend\n"
    assert events[-1]["success"]


def test_what_code_writes_to_the_streams_themselves_is_no_event(serve: Serve) -> None:
    server = serve()
    body = (
        "import os, sys\nos.write(1, b'raw\\n')\nos.system('echo shell')\n"
        "sys.__stdout__.write('under\\n')\nos.read(0, 1)"
    )
    with server.listen() as listener:
        listener.rest()
        assert listener.until_done(server.put(raw=body))[-1]["success"]
    assert server.cell("raw")["output"]["text/plain"] == "b''"


def test_files_beside_the_notebook_do_not_stand_in_for_modules(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')\n")
    (tmp_path / "helper.py").write_text("name = 'beside'\n")
    server = serve("# %%\nfrom helper import *\nname\n")
    with server.listen() as listener:
        listener.rest()
    assert server.cell("c1")["output"]["text/plain"] == "'beside'"


def test_the_kernel_and_what_it_started_end_with_the_server(serve: Serve) -> None:
    text = "# %%\nimport os, subprocess\npid = os.getpid()\nhelper = subprocess.Popen(['sleep', '600']).pid\n"
    server = serve(text)
    with server.listen() as listener:
        listener.rest()
        pids = [int(server.preview("pid")), int(server.preview("helper"))]
    server.process.send_signal(signal.SIGINT)
    out, err = server.process.communicate(timeout=20)
    assert (server.process.returncode, out, err) == (0, "", "stopped\n")
    for pid in pids:
        wait_for_end(pid)


@pytest.mark.parametrize(
    "body", ["1", "while True: pass", "while True:\n    try: input()\n    except BaseException: pass"]
)
def test_the_kernel_ends_when_its_server_is_killed(serve: Serve, body: str) -> None:
    server = serve("# %%\nimport os\npid = os.getpid()\n")
    with server.listen() as listener:
        listener.rest()
        pid = int(server.preview("pid"))
        run_id = server.put(body=f"pid\nprint('here')\n{body}")
        listener.until(lambda event: event["type"] == "CellConsole")
        assert run_id
        server.process.send_signal(signal.SIGKILL)
        wait_for_end(pid)


def test_stop_while_a_cell_is_stuck(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        server.put(stuck="while True:\n    try:\n        while True: pass\n    except BaseException: pass")
        listener.until(started("stuck"))
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=20) == -signal.SIGTERM


def test_what_the_server_computed_is_a_hit_elsewhere(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, "run", str(server.notebook), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(tiffin.__file__).parent.parent)},
        check=True,
    )
    assert '"state": "idle"' in done.stdout
    assert '"run"' not in done.stdout


def test_a_file_is_handed_over_in_pieces_and_survives_a_crash(serve: Serve) -> None:
    body = "import tiffin as tn\nf = tn.ui.file()"
    server = serve(f"# %%\n{body}\n\n# %% name=read\ntext = [file.text() for file in f.value]\ntext\n")
    content = b"a,b\n1,2\n"
    name = hashlib.sha256(content).hexdigest()
    with server.listen() as listener:
        listener.rest()
        for piece, last in ((content[:3], False), (content[3:], True)):
            server.command("PutContent", digest=name, data=b64encode(piece).decode(), last=last)
        value = {"name": "t.csv", "type": "text/csv", "size": len(content), "digest": name}
        listener.until_done(server.command("SetValues", values={"f": [value]}))
        assert server.cell("read")["output"]["text/plain"] == "['a,b\\n1,2\\n']"
        server.request("POST", "/api/kernel/restart")
        listener.until(of_type("KernelRestarted"))
        listener.until(of_type("RunCompleted"))
        listener.until_done(server.command("RunCells", cells=["read"], force=True))
    assert server.cell("read")["output"]["text/plain"] == "['a,b\\n1,2\\n']"
