"""Widgets in a kernel: functions that hear of changes, presses, and widgets made of widgets."""

from __future__ import annotations

from base64 import b64encode

from notebooks import Bench, how

from tiffin.commands import Ask, PutContent
from tiffin.events import Answered, CellConsole, CellEnded, ElementChanged
from tiffin.ids import digest
from tiffin.run.lifecycles.cached import CachePolicy

TN = "import tiffin as tn"


def said(bench: Bench) -> list[tuple[str, str]]:
    """What went to the console, by cell."""
    return [(event.cell, event.text.text) for event in bench.events if isinstance(event, CellConsole)]


async def test_on_change_is_called_before_what_depends_on_the_widget() -> None:
    heard = "heard = []\ns = tn.ui.slider(0, 9, on_change=lambda v: (heard.append(v), print('now', v)))"
    bench = Bench(TN, heard, "(s.value, list(heard))")
    await bench.run()
    assert said(bench) == []
    await bench.set(s=4)
    assert bench.shown["c3"] == "(4, [4])"
    assert "".join(text for cell, text in said(bench) if cell == "c2") == "now 4\n"
    await bench.set(s=4)
    assert bench.value("heard") == [4]


async def test_on_change_may_set_a_state() -> None:
    bench = Bench(
        TN, "get, set_ = tn.state(0)", "s = tn.ui.slider(0, 9, on_change=lambda v: set_(v * 10))", "get()"
    )
    await bench.run()
    await bench.set(s=3)
    assert bench.shown["c4"] == "30"


async def test_an_on_change_that_fails_is_told_and_stops_nothing() -> None:
    bench = Bench(TN, "s = tn.ui.slider(0, 9, on_change=lambda v: 1 / 0)", "s.value")
    await bench.run()
    await bench.set(s=3)
    assert bench.shown["c3"] == "3"
    assert bench.notices == ["on_change of s failed: ZeroDivisionError: division by zero"]
    text = "".join(text for _, text in said(bench))
    assert "ZeroDivisionError" in text
    assert "edits.py" not in text


async def test_the_cell_of_a_widget_with_a_function_runs_in_every_session_and_nothing_else() -> None:
    first = Bench(TN, "s = tn.ui.slider(0, 9, on_change=print)", "a = s.value", "a + 1")
    await first.run()
    second = first.again()
    runs = how(await second.restore())
    assert {cell for cell, origin in runs.items() if origin == "run"} == {"c2"}
    await second.set(s=2)
    assert second.shown["c4"] == "3"


async def test_a_container_hears_of_its_parts() -> None:
    bench = Bench(TN, "xs = tn.ui.array([tn.ui.slider(0, 9)], on_change=lambda v: print(v))", "xs.value")
    await bench.run()
    await bench.set(**{"xs[0]": 5})
    assert bench.shown["c3"] == "[5]"
    assert "".join(text for _, text in said(bench)) == "[5]\n"


async def test_a_run_button_is_true_for_the_run_of_its_click() -> None:
    bench = Bench(
        TN, "b = tn.ui.run_button()", "s = tn.ui.slider(0, 9)", "tn.stop(not b.value, 'idle'); s.value"
    )
    await bench.run()
    assert bench.shown["c4"] == "'idle'"
    await bench.set(b=True)
    assert bench.shown["c4"] == "0"
    assert bench.value("b").value is False
    changes = [event.value for event in bench.events if isinstance(event, ElementChanged)]
    assert changes == [True, False]
    await bench.set(s=5)
    assert bench.shown["c4"] == "'idle'"


async def test_a_run_button_runs_its_users_in_a_lazy_notebook() -> None:
    bench = Bench(TN, "b = tn.ui.run_button()", "a = b.value", "a", fields={"settings": {"autorun": False}})
    await bench.run()
    runs = await bench.set(b=True)
    assert runs["c3"].status == "idle"
    assert runs["c4"].status == "stale"


async def test_what_a_refresh_brought_is_not_stored() -> None:
    first = Bench(TN, "r = tn.ui.refresh()", "r.value and r.value.year")
    await first.run()
    await first.set(r=1_700_000_000_000)
    assert first.shown["c3"] == "2023"
    second = first.again()
    await second.restore()
    runs = how(await second.set(r=1_700_000_000_000))
    assert runs == {"c3": "run"}


async def test_a_shared_part_is_one_widget_also_when_it_is_restored() -> None:
    sources = (TN, "x = tn.ui.slider(0, 9)", "d = tn.ui.dictionary({'x': x})", "(x.value, d.value)")
    first = Bench(*sources)
    await first.run()
    second = first.again()
    assert set(how(await second.restore()).values()) == {"cache"}
    await second.set(x=4)
    assert second.shown["c4"] == "(4, {'x': 4})"
    assert second.value("d").members[0] is second.value("x")
    await second.set(d={"x": 7})
    assert second.shown["c4"] == "(7, {'x': 7})"
    assert second.value("x").value == 7


async def test_parts_and_container_of_one_cell_are_restored_as_one() -> None:
    first = Bench(TN, "x = tn.ui.slider(0, 9); a = tn.ui.array([x])", "(x.value, a.value)")
    await first.run()
    second = first.again()
    await second.restore()
    assert second.value("a").members[0] is second.value("x")
    await second.set(x=4)
    assert second.shown["c3"] == "(4, [4])"


async def test_a_submission_outlives_that_its_cell_runs_again() -> None:
    sources = (TN, "x = tn.ui.slider(0, 9)", "f = tn.ui.form(x)", "(x.value, f.value)")
    bench = Bench(*sources)
    await bench.run()
    for session in (bench, bench.again()):
        await session.restore()
        await session.set(f={session.value("x").id: 5})
        assert session.shown["c4"] == "(5, 5)"
        await session.set(x=2)
        assert session.shown["c4"] == "(2, 5)"


async def test_a_restart_gives_widgets_back_their_values() -> None:
    first = Bench(
        TN, "f = tn.ui.form(tn.ui.slider(0, 9))", "t = tn.ui.tabs({'A': 1, 'B': 2})", "(f.value, t.value)"
    )
    await first.run()
    second = first.again()
    await second.restore(values={first.value("f").id: [3], first.value("t").id: "B"}, stored_only=True)
    assert (second.value("f").value, second.value("t").value) == (3, "B")


async def test_content_with_widgets_comes_back_whole() -> None:
    first = Bench(TN, "t = tn.ui.tabs({'A': [tn.ui.slider(0, 9), 'text'], 'B': 42})", "t")
    await first.run()
    second = first.again()
    assert set(how(await second.restore()).values()) == {"cache"}
    assert second.value("t").to_html() == first.value("t").to_html()
    await second.set(**{"t[0]": 4})
    assert second.value("t").parts[0].value == 4


async def test_values_that_are_refused_are_taken_back_where_they_are_shown() -> None:
    bench = Bench(TN, "s = tn.ui.slider(0, 9)", "s.value")
    await bench.run()
    await bench.set(s=50)
    (changed,) = [event for event in bench.events if isinstance(event, ElementChanged)]
    assert (changed.name, changed.value) == ("s", 0)
    assert not any(isinstance(event, CellEnded) for event in bench.events[bench.events.index(changed) :])


async def test_a_file_is_handed_over_before_the_value_that_names_it() -> None:
    bench = Bench(TN, "f = tn.ui.file(label='F')", "[(file.name, file.text()) for file in f.value]")
    await bench.run()
    content = b"a,b\n1,2\n"
    named = {"name": "t.csv", "type": "text/csv", "size": len(content), "digest": digest(content)}
    await bench.set(f=[named])
    assert bench.notices == ["file 'f': the content of t.csv did not arrive: choose it again"]
    data = b64encode(content).decode()
    await bench.kernel.handle(PutContent(digest(content), data[:4], last=False))
    await bench.kernel.handle(PutContent(digest(content), data[4:]))
    await bench.set(f=[named])
    assert bench.shown["c3"] == "[('t.csv', 'a,b\\n1,2\\n')]"
    await bench.kernel.handle(PutContent(digest(content), "?"))
    assert bench.notices[-1].startswith("a file could not be taken: ")


ROWS = "{'n': list(range(3000)), 's': [str(i) for i in range(3000)]}"


def rows_asked(bench: Bench) -> list[Answered]:
    return [event for event in bench.events if isinstance(event, Answered)]


async def test_a_table_answers_without_a_run_and_its_selection_is_a_value() -> None:
    bench = Bench(TN, f"t = tn.ui.table({ROWS}, selection='multi')", "t.value['n']")
    await bench.run()
    await bench.kernel.handle(Ask("q", {"what": "rows", "start": 2998, "count": 9}, "t"))
    assert rows_asked(bench)[-1].answer["positions"] == [2998, 2999]
    await bench.set(t=[5, 3])
    assert bench.shown["c3"] == "[3, 5]"


async def test_a_restored_table_fetches_its_rows_when_they_are_wanted_and_no_cell_runs_for_it() -> None:
    first = Bench(TN, f"t = tn.ui.table({ROWS}, selection='multi')", "t.value['n']")
    await first.run()
    second = first.again()
    assert {cell for cell, origin in how(await second.restore()).items() if origin == "run"} == set()
    assert second.kernel.stats().values_materialised == 0
    await second.kernel.handle(Ask("q", {"what": "rows", "start": 0, "count": 1}, "t"))
    assert rows_asked(second)[-1].answer == {"total": 3000, "rows": [["0", "0"]], "positions": [0]}
    third = first.again()
    await third.restore()
    assert {c for c, origin in how(await third.set(t=[7])).items() if origin == "run"} == {"c3"}
    assert third.shown["c3"] == "[7]"


async def test_tables_of_other_rows_are_other_widgets() -> None:
    cells = (TN, "k = tn.ui.slider(0, 9)", "t = tn.ui.table({'n': [k.value]}, selection='single', value=[0])")
    bench = Bench(*cells, "t.value['n']")
    await bench.run()
    await bench.set(k=4)
    assert bench.shown["c4"] == "[4]"
    again = bench.again()
    await again.restore()
    await again.set(k=4)
    assert how(await again.run())["c4"] == "cache"
    assert again.shown["c4"] == "[4]"


async def test_a_table_whose_rows_are_damaged_is_made_again_when_a_cell_needs_them() -> None:
    first = Bench(TN, f"t = tn.ui.table({ROWS}, selection='multi')", "t.value['n']")
    await first.run()
    for name in await first.blobs.keys():
        await first.blobs.put(name, b"damaged")
    second = first.again(policy=CachePolicy(unreadable="recompute", check_blobs=False))
    await second.restore()
    await second.kernel.handle(Ask("q", {"what": "rows", "start": 0, "count": 1}, "t"))
    assert "cannot be used" in (rows_asked(second)[-1].problem or "")
    assert how(await second.set(t=[7]))["c2"] == "run"
    await second.set(t=[8])
    assert second.shown["c3"] == "[8]"


async def test_a_table_in_another_widget_is_made_again_where_it_is_needed() -> None:
    bench = Bench(TN, f"xs = tn.ui.array([tn.ui.table({ROWS}, selection='multi')])", "xs.value[0]['n']")
    await bench.run()
    await bench.set(xs=[[2]])
    assert bench.shown["c3"] == "[2]"
