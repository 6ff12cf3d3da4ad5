"""Anywidgets in a kernel: exactly their readers run, both ways; what is stored stands for the object until
somebody needs that."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from notebooks import Bench, how

from tiffin.commands import Ask
from tiffin.events import Answered, CellConsole, CellEnded, ElementChanged, ElementSaid

TN = "import tiffin as tn, anywidget, traitlets"
COUNTER = """\
class Counter(anywidget.AnyWidget):
    _esm = "export default { render() {} }"
    count = traitlets.Int(0, max=100).tag(sync=True)
"""
ACTING = """\
class Counter(anywidget.AnyWidget):
    _esm = "export default { render() {} }"
    count = traitlets.Int(0).tag(sync=True)
    double = traitlets.Int(0).tag(sync=True)

    def __init__(self, **traits):
        super().__init__(**traits)
        self.on_msg(lambda widget, content, buffers: self.take(content, buffers))

    @traitlets.observe("count")
    def _doubled(self, change):
        self.double = 2 * change["new"]
        print("heard", change["new"])

    def take(self, content, buffers):
        self.send({"got": content}, [b"!" + b for b in buffers])
        self.count = content["count"]
"""
MAKE = "w = tn.ui.anywidget(Counter(count=1)); w"
READ = "w.value['count']"


def values(bench: Bench) -> list[Any]:
    return [event.value for event in bench.events if isinstance(event, ElementChanged)]


def ran(runs: dict[str, Any]) -> set[str]:
    return {cell for cell, origin in how(runs).items() if origin == "run"}


def said(bench: Bench, cell: str) -> str:
    return "".join(e.text.text for e in bench.events if isinstance(e, CellConsole) and e.cell == cell)


async def test_what_the_page_saves_runs_the_readers_and_nothing_else() -> None:
    bench = Bench(TN, COUNTER, MAKE, READ, "w.widget.count * 10", "1 + 1")
    await bench.run()
    assert (bench.shown["c4"], bench.shown["c5"]) == ("1", "10")
    assert ran(await bench.set(w={"count": 5})) == {"c4", "c5"}
    assert (bench.shown["c4"], bench.shown["c5"]) == ("5", "50")
    assert bench.value("w").widget.count == 5
    assert ran(await bench.set(w={"count": 5})) == set()


async def test_a_value_that_does_not_fit_is_told_and_nothing_runs() -> None:
    bench = Bench(TN, COUNTER, MAKE, READ)
    await bench.run()
    bench.events.clear()
    assert ran(await bench.set(w={"count": 101})) == set()
    assert values(bench) == [{"count": 1}]  # whoever sent it shows another
    (notice,) = bench.notices
    assert "101" in notice
    assert bench.value("w").widget.count == 1


async def test_observers_hear_before_the_readers_run_and_print_where_the_widget_is() -> None:
    bench = Bench(TN, ACTING, MAKE, "(w.value['count'], w.value['double'])")
    await bench.run()
    bench.events.clear()
    await bench.set(w={"count": 4})
    assert bench.shown["c4"] == "(4, 8)"
    assert said(bench, "c3") == "heard 4\n"
    assert values(bench) == [{"count": 4, "double": 2}, {"count": 4, "double": 8}]


async def test_an_observer_that_fails_is_told_and_stops_nothing() -> None:
    failing = COUNTER + "    @traitlets.observe('count')\n    def _f(self, change):\n        1 / 0\n"
    bench = Bench(TN, failing, "w = tn.ui.anywidget(Counter())", READ)
    await bench.run()
    await bench.set(w={"count": 4})
    assert bench.shown["c4"] == "4"
    assert bench.notices == ["on_change of w failed: ZeroDivisionError: division by zero"]


async def test_a_trait_set_in_another_cell_is_shown_and_runs_the_readers() -> None:
    bench = Bench(TN, COUNTER, MAKE, READ, "n = tn.ui.slider(0, 9)", "w.widget.count = n.value")
    await bench.run()
    assert bench.shown["c4"] == "0"
    bench.events.clear()
    runs = await bench.set(n=7)
    assert bench.shown["c4"] == "7"
    assert ran(runs) == {"c4", "c6"}
    assert values(bench)[-1] == {"count": 7}


async def test_a_trait_set_by_on_change_of_another_widget_runs_the_readers_once() -> None:
    move = "n = tn.ui.slider(0, 9, on_change=lambda value: setattr(w.widget, 'count', value))"
    bench = Bench(TN, COUNTER, MAKE, READ, move)
    await bench.run()
    assert ran(await bench.set(n=7)) == {"c4"}
    assert bench.shown["c4"] == "7"


async def test_a_restored_one_takes_values_without_its_object() -> None:
    first = Bench(TN, COUNTER, MAKE, READ)
    await first.run()
    bench = first.again()
    assert ran(await bench.restore()) == set()
    assert ran(await bench.set(w={"count": 5})) == {"c4"}
    assert bench.shown["c4"] == "5"
    # And goes on with its value where a body needs the object.
    runs = await bench.edit(put={"c5": "w.widget.count + 1"})
    assert ran(runs) == {"c3", "c5"}
    assert bench.shown["c5"] == "6"


async def test_the_values_of_a_restored_one_find_what_was_stored() -> None:
    first = Bench(TN, COUNTER, MAKE, READ)
    await first.run()
    await first.set(w={"count": 5})
    bench = first.again()
    await bench.restore()
    assert how(await bench.set(w={"count": 5})) == {"c4": "cache"}


async def test_one_that_acts_in_python_has_its_object_when_it_is_moved() -> None:
    first = Bench(TN, ACTING, MAKE, "(w.value['count'], w.value['double'])")
    await first.run()
    bench = first.again()
    assert ran(await bench.restore()) == set()
    bench.events.clear()
    assert ran(await bench.set(w={"count": 7})) == {"c3", "c4"}
    assert bench.shown["c4"] == "(7, 14)"
    assert values(bench)[-1] == {"count": 7, "double": 14}
    assert ran(await bench.set(w={"count": 8})) == {"c4"}


async def test_in_the_state_of_its_reader_its_cell_is_not_stored() -> None:
    first = Bench(TN, ACTING, MAKE)
    await first.run()
    moved = first.again()
    await moved.restore()
    await moved.set(w={"count": 7})
    last = first.again()
    await last.restore()
    (ended,) = [event for event in last.events if isinstance(event, CellEnded) and event.cell == "c3"]
    assert "&quot;count&quot;: 1" in (ended.output or {})["text/html"]
    assert last.value("w").value["count"] == 1


async def test_messages_reach_the_object_and_what_it_sends_reaches_the_page() -> None:
    bench = Bench(TN, ACTING, MAKE, READ)
    await bench.run()
    bench.events.clear()
    element = bench.value("w").id
    asked = {"what": "message", "content": {"count": 6}, "buffers": [b64encode(b"ab").decode()]}
    await bench.kernel.handle(Ask("q", asked, element))
    assert Answered("q", element, None, None) in bench.events
    assert ElementSaid(element, "w", {"got": {"count": 6}}, ("IWFi",)) in bench.events
    await bench.kernel.handle(Ask("r", {"what": "message", "content": {"count": 6}}, element))
    await bench.run()  # after what the message has set off
    assert bench.shown["c4"] == "6"


async def test_a_message_to_a_restored_one_has_its_object_made_first() -> None:
    first = Bench(TN, ACTING, MAKE, READ)
    await first.run()
    bench = first.again()
    await bench.restore()
    element = bench.value("w").id
    await bench.kernel.handle(Ask("q", {"what": "message", "content": {"count": 6}}, element))
    assert ElementSaid(element, "w", {"got": {"count": 6}}, ()) in bench.events
    assert bench.value("w").widget.count == 6
    quiet = Bench(TN, COUNTER, MAKE)
    await quiet.run()
    again = quiet.again()
    await again.restore()
    await again.kernel.handle(Ask("q", {"what": "message", "content": 1}, again.value("w").id))
    assert again.value("w").lacks  # nobody listens


async def test_a_handler_that_fails_is_the_answer() -> None:
    bench = Bench(TN, ACTING, MAKE)
    await bench.run()
    await bench.kernel.handle(Ask("q", {"what": "message", "content": {}}, bench.value("w").id))
    (answered,) = [event for event in bench.events if isinstance(event, Answered)]
    assert answered.problem is None or "KeyError" in answered.problem


async def test_made_with_other_traits_it_has_these() -> None:
    bench = Bench(TN, COUNTER, "n = tn.ui.slider(0, 9)", "w = tn.ui.anywidget(Counter(count=n.value))", READ)
    await bench.run()
    await bench.set(w={"count": 50})
    assert bench.shown["c5"] == "50"
    await bench.set(n=3)
    assert bench.shown["c5"] == "3"
    assert values(bench)[-1] == {"count": 3}


async def test_parts_of_containers_are_the_widgets_that_they_were() -> None:
    bench = Bench(TN, COUNTER, MAKE, "both = tn.ui.array([w])", "both.value", READ)
    await bench.run()
    assert bench.shown["c5"] == "[{'count': 1}]"
    assert ran(await bench.set(both=[{"count": 2}])) == {"c4", "c5", "c6"}  # c4 names the part
    assert bench.shown["c5"] == "[{'count': 2}]"
    assert bench.value("w").widget.count == 2
    assert ran(await bench.again().restore()) == set()


async def test_nothing_is_printed_where_comms_are_made() -> None:
    bench = Bench(TN, COUNTER, MAKE)
    await bench.run()
    assert [event for event in bench.events if isinstance(event, CellConsole)] == []
    assert bench.notices == []
