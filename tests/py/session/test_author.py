"""The author's API, in a plain script and in cells."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
from notebooks import Bench, how, text

import tiffin as tn
from tiffin.outputs.render import render
from tiffin.session import author


def in_a_fresh_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.strip()


def test_the_import_itself_costs_next_to_nothing() -> None:
    code = "import sys, tiffin; print(*[name for name in sys.modules if name.startswith('tiffin')])"
    assert len(in_a_fresh_python(code).split()) < 15


def test_no_name_of_the_author_loads_a_third_party_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import tiffin as tn; tn.ui.slider(1, 9); tn.md('x')\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}"
        " - sys.stdlib_module_names))"
    )
    assert in_a_fresh_python(code) == "tiffin"


@pytest.mark.parametrize(
    "before", ["", "import tiffin.ui.element", "import tiffin.ui", "from tiffin.ui.inputs import Slider"]
)
def test_ui_is_the_widgets_and_never_the_package(before: str) -> None:
    code = (
        f"{before}\nimport tiffin as tn\nprint(tn.ui.slider(1, 9))\nfrom tiffin import ui\nprint(ui is tn.ui)"
    )
    assert in_a_fresh_python(code) == "<slider not shown yet: 1>\nTrue"


def test_every_name_is_there_and_others_are_not() -> None:
    assert set(tn.__all__) == {
        "ui",
        "md",
        "html",
        "hstack",
        "vstack",
        "display",
        "stats",
        "stop",
        "state",
        "defs",
        "refs",
        "notebook_location",
        "cache",
        "code_mode",
        "lru_cache",
        "persistent_cache",
        "callout",
        "stat",
        "image",
        "audio",
        "video",
        "output",
        "progress",
        "spinner",
        "renderers",
        "__version__",
    }
    assert set(tn.__all__) <= set(dir(tn))
    for name in tn.__all__:
        assert getattr(tn, name) is not None
    with pytest.raises(AttributeError, match="module 'tiffin' has no attribute 'slider'"):
        tn.slider  # noqa: B018


def test_a_widget_says_how_it_is_called() -> None:
    assert str(inspect.signature(tn.ui.slider)).startswith("(start: ")
    assert "both included" in (tn.ui.slider.__doc__ or "")


def test_markdown_and_html_show_themselves() -> None:
    markdown = author.md(
        """
        # Dal
          soft
        """
    )
    assert render(markdown) == {"text/markdown": "# Dal\n  soft", "text/plain": "# Dal\n  soft"}
    assert render(author.html("<b>dal</b>")) == {
        "text/html": "<b>dal</b>",
        "text/plain": "<html, 10 characters>",
    }


def test_in_a_script_widgets_stand_alone_and_display_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert tn.ui.dropdown(["a", "b"], "b").value == "b"
    tn.display("dal", author.md("*rice*"))
    author.clear_output()
    assert capsys.readouterr().out == "dal *rice*\n"
    assert tn.stats() == {}


async def test_in_a_cell_widgets_belong_to_the_kernel() -> None:
    bench = Bench("import tiffin as tn\nk = tn.ui.slider(1, 9)", "f'{k}'", "tn.md(f'cups: {k}')")
    runs = await bench.restore()
    element = bench.kernel.elements.find("k")
    assert element is bench.value("k")
    assert f'data-element="{element.id}"' in str(text(runs["c2"]))
    assert f'name="k" data-element="{element.id}"' in str(text(runs["c3"]))


async def test_in_a_cell_display_shows_before_the_value_and_clear_takes_it_away() -> None:
    bench = Bench(
        "import tiffin as tn",
        "tn.display(1, tn.md('two'))\ndisplay('three')\n4",
        "from IPython.display import clear_output\ntn.display('gone')\nclear_output()\ntn.display('kept')",
    )
    runs = await bench.restore()
    assert runs["c2"].result is not None
    assert runs["c3"].result is not None
    assert [b["text/plain"] for b in runs["c2"].result.displays or ()] == ["1", "two", "'three'"]
    assert text(runs["c2"]) == "4"
    assert [b["text/plain"] for b in runs["c3"].result.displays or ()] == ["'kept'"]


async def test_in_a_cell_stats_tell_what_ran() -> None:
    bench = Bench("import tiffin as tn\ntn.stats()['cells_run']")
    assert text((await bench.restore())["c1"]) == "1"


async def test_a_function_of_the_notebook_makes_widgets_too() -> None:
    cells = ("import tiffin as tn\ndef make():\n    return tn.ui.slider(1, 9)", "k = make()", "k.value")
    bench = Bench(*cells)
    await bench.restore()
    assert how(await bench.set(k=5)) == {"c3": "run"}
    again = bench.again()
    assert set(how(await again.restore()).values()) == {"cache"}
    assert how(await again.set(k=5)) == {"c3": "cache"}


async def test_the_kernel_of_a_cell_is_gone_after_its_run() -> None:
    await Bench("x = 1").restore()
    assert tn.stats() == {}
    assert tn.ui.slider(1, 9).id == ""
