"""What the tools do, for agents over either transport and in either generation of the protocol."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import Future
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from agent import Agent, pieces_of, text
from live_server import PATIENCE, children
from mcp import MCPError
from mcp_types import ImageContent

from tiffin.errors import UsageError
from tiffin.host.server.mcp.calls import check_edit
from tiffin.host.server.mcp.room import LONGEST_ANSWER
from tiffin.host.server.mcp.tools import TOOLS
from tiffin.notebook.files import read_sources

from .conftest import WAYS, Meet

PICTURE = "class P:\n    def _repr_png_(self):\n        return b'\\x89PNG'\n"


def test_the_tools_are_those_that_are_told(agent: Agent) -> None:
    async def ask() -> Any:
        return await agent.client.list_tools()

    tools = agent.wait(ask).tools
    assert [tool.name for tool in tools] == [tool.name for tool in TOOLS]
    names = {"execute_code", "list_cells", "read_cell", "edit_cells", "run_cells", "get_errors"}
    assert names | {"get_variables", "interrupt", "restart"} == {tool.name for tool in tools}
    assert all(tool.description and tool.title and tool.annotations for tool in tools)


def test_a_tool_that_is_none(agent: Agent) -> None:
    with pytest.raises(MCPError, match=r"no tool 'cook'; the tools are: execute_code, "):
        agent.call("cook")


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("list_cells", {"x": 1}, "list_cells takes nothing; not x"),
        ("read_cell", {}, "no cell is called None; the ids are: c1, c2, c3"),
        ("read_cell", {"cell": "soup"}, "no cell is called 'soup'; the ids are: c1, c2, c3"),
        ("execute_code", {}, "wrong or missing: code"),
        ("execute_code", {"code": "1", "timeout": 0}, "wrong or missing: timeout"),
        ("execute_code", {"code": "1", "run_id": 7}, "wrong or missing: run_id"),
        ("execute_code", {"code": "1", "type": "RunCells"}, "not type"),
        ("run_cells", {"cells": ["c1", "soup"]}, "no cell is called 'soup'"),
        ("run_cells", {"cells": "c1"}, "wrong or missing: cells"),
        ("run_cells", {"force": "yes"}, "wrong or missing: force"),
        ("run_cells", {"stale": "yes"}, "stale is true or false"),
        ("run_cells", {"stale": True, "cells": ["c1"]}, "wrong or missing: cells"),
        ("edit_cells", {}, "there is nothing to change"),
        ("edit_cells", {"put": "x = 1"}, "wrong or missing: put"),
        ("edit_cells", {"put": [{"id": "c1"}]}, "wrong or missing: source"),
        ("edit_cells", {"put": [{"source": "1", "colour": "red"}]}, "wrong or missing: colour"),
        ("edit_cells", {"remove": ["soup"]}, "there is no cell 'soup' to remove"),
        ("edit_cells", {"order": ["c1"]}, "the order leaves out 'c2'"),
        ("edit_cells", {"remove": ["c1"], "skip_validation": 1}, "skip_validation is true or false"),
        ("interrupt", {"run_id": 7}, "interrupt takes a run_id, which is a text"),
    ],
)
def test_what_makes_no_sense(agent: Agent, tool: str, arguments: dict[str, Any], says: str) -> None:
    result = agent.call(tool, **arguments)
    assert result.is_error
    assert says in text(result)
    assert "\n" not in text(result)


def test_code_is_answered_by_text_to_read_and_by_the_same_as_json(agent: Agent) -> None:
    result = agent.call("execute_code", code="print('served', y)\ny * 2", run_id="mine")
    assert text(result) == "served 21\n42\n"
    assert result.structured_content == {
        "run_id": "mine",
        "success": True,
        "cells": [],
        "output": {"mimetype": "text/plain", "data": "42"},
        "events": [{"event": "stdout", "data": {"data": "served 21\n"}}],
    }


def test_images_are_images_and_are_sent_once(agent: Agent) -> None:
    result = agent.call("execute_code", code=f"{PICTURE}print('look')\ndisplay(P())\nprint('again')\nP()")
    assert [block.type for block in result.content] == ["text", "image", "text", "image"]
    images = [block for block in result.content if isinstance(block, ImageContent)]
    assert {(image.mime_type, image.data) for image in images} == {("image/png", "iVBORw==")}
    assert "iVBORw==" not in json.dumps(result.structured_content)
    assert result.structured_content["output"] == {"mimetype": "image/png", "content": 3}


def test_code_that_fails_is_an_error_that_shows_where(agent: Agent) -> None:
    result = agent.call("execute_code", code="print('before')\nx / 0")
    assert result.is_error
    assert text(result).startswith("before\nTraceback (most recent call last):")
    assert text(result).endswith("ZeroDivisionError: division by zero\n")
    assert result.structured_content["output"]["data"] == ""


def test_cells_are_listed(agent: Agent) -> None:
    result = agent.call("list_cells")
    assert text(result).splitlines()[0] in ("c1  idle (from run)  x = 20", "c1  idle (from cache)  x = 20")
    assert "print('served') … (2 lines)" in text(result)
    assert [cell["id"] for cell in result.structured_content["cells"]] == ["c1", "c2", "c3"]
    assert result.structured_content["notebook"]["filename"] == "nb.py"


def test_a_cell_is_read(agent: Agent) -> None:
    result = agent.call("read_cell", cell="c3")
    assert text(result).endswith("print('served')\ny * 2\nserved\n42\n")
    told = result.structured_content
    assert told["source"] == "print('served')\ny * 2"
    assert told["events"] == [
        {"event": "stdout", "data": {"data": "served\n"}},
        {"event": "output", "data": {"mimetype": "text/plain", "data": "42"}},
    ]


def test_variables(agent: Agent) -> None:
    result = agent.call("get_variables")
    assert text(result) == "x: builtins.int = 20  # c1\ny: builtins.int = 21  # c2\n"
    assert [known["name"] for known in result.structured_content["variables"]] == ["x", "y"]


def test_cells_are_run_and_shown(meet: Meet) -> None:
    agent = meet(f"# %%\n{PICTURE}\n# %%\nprint('made')\nP()\n\n# %%\n'x' * 30_000\n")
    result = agent.call("run_cells", force=True, run_id="again")
    told = result.structured_content
    assert (told["run_id"], told["success"]) == ("again", True)
    assert [(cell["cell"], cell["status"]) for cell in told["cells"]] == [
        ("c1", "idle"),
        ("c2", "idle"),
        ("c3", "idle"),
    ]
    assert [block.type for block in result.content] == ["text", "image", "text"]
    assert "20,002 characters more: read_cell c3" in text(result)
    assert len(text(agent.call("read_cell", cell="c3"))) > 30_000
    assert agent.call("read_cell", cell="c2").content[-1] == result.content[1]
    assert text(agent.call("run_cells", cells=["c3"])).startswith("[c3 idle]")
    assert text(agent.call("run_cells", stale=True)) == "no cell had to run\n"


def test_an_edit_is_in_the_file_and_what_depends_on_it_has_run(meet: Meet, tmp_path: Path) -> None:
    agent = meet()
    result = agent.call("edit_cells", put=[{"id": "c1", "source": "x = 5"}, {"source": "z = y * 2"}])
    assert [cell["cell"] for cell in result.structured_content["cells"]] == ["c1", "c2", "c3", "c4"]
    assert (tmp_path / "nb.py").read_text().startswith("# %%\nx = 5\n\n# %%\ny = x + 1\n")
    assert agent.execute("x, y, z")[-1][1]["output"]["data"] == "(5, 6, 12)"
    result = agent.call("edit_cells", remove=["c3"], order=["c4", "c2", "c1"])
    assert result.structured_content["success"]
    assert (tmp_path / "nb.py").read_text() == "# %%\nz = y * 2\n\n# %%\ny = x + 1\n\n# %%\nx = 5\n"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = 1", "c4: 'x' is also defined by c1"),
        ("x =", "c4, line 1: "),
        ("a = b\n", "c4: "),
    ],
    ids=["twice", "syntax", "cycle"],
)
def test_an_edit_with_errors_is_refused_unless_that_is_skipped(
    meet: Meet, tmp_path: Path, source: str, says: str
) -> None:
    agent = meet()
    put = [{"source": source}, {"source": "b = a"}] if "b" in source else [{"source": source}]
    before = (tmp_path / "nb.py").read_text()
    result = agent.call("edit_cells", put=put)
    assert result.is_error
    assert text(result).startswith("nothing was changed, for there would be errors: ")
    assert says in text(result)
    assert text(result).endswith("(with skip_validation it is changed all the same)")
    assert (tmp_path / "nb.py").read_text() == before
    assert text(agent.call("get_errors")) == "no cell has an error\n"
    result = agent.call("edit_cells", put=put, skip_validation=True)
    assert result.is_error
    assert (tmp_path / "nb.py").read_text() != before
    errors = agent.call("get_errors")
    assert says.rstrip(": ").partition(",")[0].partition(":")[0] in {
        error["cell"] for error in errors.structured_content["errors"]
    }
    # An error that is there already refuses no edit.
    assert agent.call("edit_cells", put=[{"source": "other = 1"}]).structured_content["cells"]


def test_a_file_that_somebody_else_has_changed(meet: Meet, tmp_path: Path) -> None:
    agent = meet()
    (tmp_path / "nb.py").write_text("# %%\nx = 'of my own'\n")
    result = agent.call("edit_cells", put=[{"id": "c1", "source": "x = 5"}])
    assert result.is_error
    assert "was changed by another program, nothing was written: restart the kernel" in text(result)
    assert text(agent.call("restart")) == "the kernel was restarted; stale: c1"
    assert agent.call("run_cells", stale=True).structured_content["success"]
    assert agent.execute("x")[-1][1]["output"]["data"] == "'of my own'"


def test_a_failure_in_a_cell_that_was_set_off(meet: Meet) -> None:
    agent = meet()
    result = agent.call("edit_cells", put=[{"id": "c1", "source": "x = 'one'"}])
    assert result.is_error
    told = result.structured_content
    assert not told["success"]
    assert [(cell["cell"], cell["status"]) for cell in told["cells"]] == [
        ("c1", "idle"),
        ("c2", "error"),
        ("c3", "cancelled"),
    ]
    errors = agent.call("get_errors")
    assert [error["cell"] for error in errors.structured_content["errors"]] == ["c2", "c3"]
    assert "c2 failed: TypeError: " in text(errors)
    assert "y = x + 1" in text(errors)
    assert "# TypeError" in text(agent.call("list_cells"))
    assert "c2 failed: TypeError: " in text(agent.call("read_cell", cell="c2"))


@pytest.mark.parametrize("meet", WAYS, indirect=True, ids=lambda way: "-".join(way))
def test_a_call_that_is_cancelled_stops_its_run(meet: Meet) -> None:
    agent = meet()
    heard: Queue[str] = Queue()
    call = agent.start("execute_code", heard.put, code="print('on')\nwhile True: pass", run_id="left")
    assert heard.get(timeout=PATIENCE) == "on\n"
    call.cancel()
    # It would wait for ever behind a run that goes on.
    assert agent.execute("x")[-1][1]["output"]["data"] == "20"


def test_calls_at_once_are_each_answered_with_its_own(meet: Meet) -> None:
    agent = meet()
    asked: list[Future[Any]] = [
        agent.start("execute_code", code=f"print({number})\n{number} * 2") for number in range(30)
    ]
    for number, call in enumerate(asked):
        told = pieces_of(call.result(PATIENCE))
        assert told[0] == ("stdout", {"data": f"{number}\n"})
        assert told[-1][1]["output"]["data"] == str(number * 2)


def test_the_same_run_id_twice(meet: Meet) -> None:
    agent = meet()
    heard: Queue[str] = Queue()
    first = agent.start("execute_code", heard.put, code="print('on')\nwhile True: pass", run_id="one")
    assert heard.get(timeout=PATIENCE) == "on\n"
    result = agent.call("run_cells", run_id="one")
    assert text(result) == "run 'one' is under way: give each run an id of its own"
    agent.call("interrupt", run_id="one")
    assert text(first.result(PATIENCE)).endswith("the run was interrupted\n")


@pytest.mark.parametrize("waits", [False, True], ids=["runs", "waits"])
def test_a_crash_of_the_kernel_is_told_and_the_server_goes_on(meet: Meet, waits: bool) -> None:
    agent = meet()
    heard: Queue[str] = Queue()
    code = agent.start("execute_code", heard.put, code="print('on')\nwhile True: pass")
    assert heard.get(timeout=PATIENCE) == "on\n"
    other = agent.start("run_cells") if waits else None
    if waits:
        agent.call("list_cells")  # so that the other call has come
    os.kill(children(agent.pid)[0], signal.SIGKILL)
    result = code.result(PATIENCE)
    assert result.is_error
    assert text(result) == "on\nthe kernel process was ended by SIGKILL\n"
    if other is not None:
        result = other.result(PATIENCE)
        assert result.is_error
        assert text(result).startswith("the kernel process was ended by SIGKILL\n")
    assert agent.execute("x")[-1][1]["output"]["data"] == "20"


def test_a_kernel_that_ends_itself(meet: Meet) -> None:
    agent = meet()
    result = agent.call("edit_cells", put=[{"id": "c1", "source": "import os\nos._exit(3)"}])
    assert result.is_error
    assert "[c1 cancelled: the kernel process ended with exit code 3]" in text(result)
    assert not agent.call("edit_cells", put=[{"id": "c1", "source": "x = 1"}]).is_error
    assert agent.call("run_cells").structured_content["success"]


def test_a_restart_runs_nothing_and_brings_back_what_is_stored(meet: Meet) -> None:
    agent = meet("# %%\nimport os\npid = os.getpid()\n\n# %%\nn = 1\n")
    before = agent.execute("pid")[-1][1]["output"]["data"]
    assert not agent.call("restart").is_error
    assert agent.execute("n")[-1][1]["output"]["data"] == "1"
    assert int(before) not in children(agent.pid)


# -- the parts ---------------------------------------------------------------------------------------------


def test_an_edit_of_a_notebook_with_errors(tmp_path: Path) -> None:
    def sources(text: str) -> Any:
        (tmp_path / "nb.py").write_text(text)
        return read_sources(tmp_path / "nb.py")

    bad, worse = sources("# %%\nx =\n"), sources("# %%\nx =\n\n# %%\ny =\n")
    check_edit(bad, bad)
    check_edit(worse, bad)
    with pytest.raises(UsageError, match="c2, line 1: "):
        check_edit(bad, worse)


PAGE = """class H:
    def _repr_html_(self):
        return '<b>h</b>' * HOW_OFTEN
    def __repr__(self):
        return 'h'
"""


@pytest.mark.parametrize("character", ["x", "\n", "\U0001f371"], ids=["ascii", "lines", "wide"])
def test_an_answer_has_a_length_that_clients_take(agent: Agent, character: str) -> None:
    page = PAGE.replace("HOW_OFTEN", "200_000")
    code = f"import sys\n{page}\nprint({character!r} * 900_000)\nprint('last words', file=sys.stderr)\nH()"
    result = agent.call("execute_code", code=code)
    told = result.structured_content
    assert told["success"]
    assert [event["event"] for event in told["events"]] == ["stdout", "stderr"]
    assert "last words\n" in text(result)
    assert " characters more were printed: too many for an answer\n" in text(result)
    assert told["output"]["data"] == "(text/html of 1,600,000 characters: too long for an answer)"
    assert len(result.model_dump_json().encode()) < LONGEST_ANSWER


def test_a_cell_that_shows_much(meet: Meet) -> None:
    agent = meet(
        "# %%\nfor _ in range(20):\n    display('x' * 90_000)\nprint('\\n' * 900_000)\n'x' * 90_000\n"
    )
    for result in (agent.call("run_cells", force=True), agent.call("read_cell", cell="c1")):
        assert not result.is_error
        assert len(result.model_dump_json().encode()) < LONGEST_ANSWER


def test_what_was_cleared_takes_no_room(agent: Agent) -> None:
    code = f"from IPython.display import clear_output\n{PICTURE.replace('PNG', 'PNG' * 50_000)}"
    code += "for n in range(12):\n    clear_output()\n    display(P())\n"
    result = agent.call("execute_code", code=code)
    assert not result.is_error, text(result)
    assert [block.type for block in result.content][-1] == "image"


def test_new_cells_of_edits_at_once_are_all_there(meet: Meet) -> None:
    agent = meet()
    asked = [agent.start("edit_cells", put=[{"source": f"n{number} = 1"}]) for number in range(8)]
    results = [call.result(PATIENCE) for call in asked]
    refused = [text(result) for result in results if result.is_error]
    assert all(said.startswith("another edit has just put c") for said in refused)
    kept = [cell["first_line"] for cell in agent.call("list_cells").structured_content["cells"]]
    assert {line for line in kept if line.startswith("n")} == {
        f"n{number} = 1" for number, result in enumerate(results) if not result.is_error
    }


def test_images_that_are_too_long_are_told_of(meet: Meet) -> None:
    agent = meet(f"# %%\n{PICTURE.replace('PNG', 'PNG' * 300_000)}\nP()\n")
    result = agent.call("execute_code", code="P()")
    assert "(image/png of " in text(result)
    assert "(image/png of " in text(agent.call("run_cells"))


def test_plain_text_is_read_and_the_best_is_told(meet: Meet) -> None:
    page = PAGE.replace("HOW_OFTEN", "1")
    agent = meet(f"# %%\n{page}\nH()\n")
    result = agent.call("execute_code", code="H()")
    assert text(result) == "h\n"
    assert result.structured_content["output"] == {"mimetype": "text/html", "data": "<b>h</b>"}
    assert text(agent.call("run_cells", force=True)) == "[c1 idle]\nh\n"
    assert text(agent.call("read_cell", cell="c1")).endswith("\nh\n")
