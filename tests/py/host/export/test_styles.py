"""Inline styles of outputs, moved to where a strict policy lets them be."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.host.export.styles import attribute_sheet, move_styles


class Files:
    """What was put into files; each has its number as its name."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def keep(self, data: bytes, suffix: str) -> str:
        self.texts.append(data.decode())
        return f"{len(self.texts)}{suffix}"


LINK = '<link rel="stylesheet" href="1.css">'


@pytest.mark.parametrize(
    ("markup", "moved"),
    [
        ("<p>style</p>", "<p>style</p>"),
        ('<p style="a: b">', '<p data-tn-style="a: b">'),
        ("<p STYLE='a: \"b\"' id=x>", '<p data-tn-style="a: &quot;b&quot;" id=x>'),
        ("<p id=x style=a:b>c", '<p id=x data-tn-style="a:b">c'),
        ("<br style = a:b />", '<br data-tn-style="a:b" />'),
        ('<p style="a: &quot;&gt;&quot;">', '<p data-tn-style="a: &quot;&gt;&quot;">'),
        ("<p title=\"<p style='a'>\" style>", '<p title="<p style=\'a\'>" data-tn-style="">'),
        ('<p data-style="x" styles="y" style-x=z>', '<p data-style="x" styles="y" style-x=z>'),
        ('<svg><g style="a:b"/></svg>', '<svg><g data-tn-style="a:b"/></svg>'),
        ('<!-- <p style="a"> --><p style="b">', '<!-- <p style="a"> --><p data-tn-style="b">'),
        ('<!--><p style="a">-->', '<!--><p data-tn-style="a">-->'),
        ("<!-- style <p style=a>", "<!-- style <p style=a>"),
        ("<textarea><p style=a></textarea>", "<textarea><p style=a></textarea>"),
        (
            "<script>'<p style=a>'</script><p style=b>",
            "<script>'<p style=a>'</script><p data-tn-style=\"b\">",
        ),
        ("1 < 2 style <p style=a", "1 < 2 style <p style=a"),
        ("</p style=a>", "</p style=a>"),
        ("<p style=a id=x style=b>", '<p data-tn-style="a" id=x >'),
    ],
)
def test_attributes_are_renamed_and_nothing_else_changes(markup: str, moved: str) -> None:
    files = Files()
    assert move_styles(markup, files.keep) == moved
    assert files.texts == []


@pytest.mark.parametrize(
    ("markup", "moved", "css"),
    [
        ("<div><style>p { a: b }</style><p></div>", f"<div>{LINK}<p></div>", "p { a: b }"),
        ("<STYLE scoped>\np > a {}</Style >x", f"{LINK}x", "\np > a {}"),
        ("<style>'<p style=\"a\">'", LINK, "'<p style=\"a\">'"),
        (
            '<style type="text/css" media="print">a</style>',
            '<link rel="stylesheet" href="1.css" media="print">',
            "a",
        ),
        (
            "b<svg><defs><style>p &gt; a {}</style></defs></svg>",
            f"b{LINK}<svg><defs></defs></svg>",
            "p > a {}",
        ),
        (
            "<svg><svg/></svg><svg><style><![CDATA[p > a {}]]></style></svg>",
            f"<svg><svg/></svg>{LINK}<svg></svg>",
            "p > a {}",
        ),
        ("<svg><style/><p style='a'/></svg>", '<svg><p data-tn-style="a"/></svg>', None),
        ("<style> </style>", "", None),
        ('<style type="text/less">@a: b;</style>', '<style type="text/less">@a: b;</style>', None),
        ("<style>a{b:url(c.png)}</style>", LINK, "a{b:url(../../c.png)}"),
        ("<style>a{b:URL( 'c.png')}</style>", LINK, "a{b:URL( '../../c.png')}"),
        (
            "<style>a{b:url(#c) url(/d) url('https://e') url(data:f)}</style>",
            LINK,
            "a{b:url(#c) url(/d) url('https://e') url(data:f)}",
        ),
    ],
)
def test_elements_become_files(markup: str, moved: str, css: str | None) -> None:
    files = Files()
    assert move_styles(markup, files.keep) == moved
    assert files.texts == ([] if css is None else [css])


def test_several_sheets_keep_their_order_before_a_drawing() -> None:
    files = Files()
    moved = move_styles("<svg><style>a</style><g><style>b</style></g></svg><style>c</style>", files.keep)
    assert re.findall(r"\d", moved) == ["1", "2", "3"]
    assert files.texts == ["a", "b", "c"]


def test_the_sheet_has_a_rule_for_every_text_once() -> None:
    moved = move_styles(
        """<p style="color: red"><b style='color: red'><i style="content: '\\22'"><u style=''>""",
        Files().keep,
    )
    assert attribute_sheet(moved) == '[data-tn-style="color: red"]:not(#_#_#_){color: red}\n'
    moved = move_styles("""<p style="content: 'a}'; x: url(&quot;b.png&quot;)">""", Files().keep)
    assert attribute_sheet(moved) == (
        "[data-tn-style=\"content: 'a}'; x: url(\\22 b.png\\22 )\"]:not(#_#_#_)"
        "{content: 'a}'; x: url(\"../../b.png\")}\n"
    )


@pytest.mark.parametrize(
    "text",
    ["a: b }", "a: {", "a: 'b", 'a: "', "a: (", "a: b)", "/* a", "a: \\", "a: [", "@b", "a: '\n'", " "],
)
def test_what_could_spoil_other_rules_is_left_to_the_script(text: str) -> None:
    assert attribute_sheet(f'<p data-tn-style="{html.escape(text)}">') == ""


class Attributes(HTMLParser):
    """The attributes of all tags, read by somebody else."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [(name.removeprefix("data-tn-"), value or "") for name, value in attrs]))


NAMES = st.sampled_from(["style", "STYLE", "id", "data-x"])
VALUES = st.text(st.sampled_from("ab:; ()<>/=&#'\"\n"), max_size=8)
PARTS = st.one_of(
    st.text(st.sampled_from("ab <>/=\"'&-!"), max_size=6),
    st.tuples(st.sampled_from(["p", "svg", "b"]), st.dictionaries(NAMES, VALUES, max_size=3)).map(
        lambda made: (
            f"<{made[0]}" + "".join(f' {name}="{html.escape(v)}"' for name, v in made[1].items()) + ">"
        )
    ),
)


@given(st.lists(PARTS, max_size=6).map("".join))
def test_in_any_markup_there_are_the_same_elements_and_no_style_is_left(markup: str) -> None:
    moved = move_styles(markup, Files().keep)
    assert len(Attributes(moved).found) == len(Attributes(markup).found)
    assert move_styles(moved, Files().keep) == moved


@given(st.dictionaries(NAMES, VALUES, min_size=1))
def test_a_value_is_carried_over_as_it_was_written(attributes: dict[str, str]) -> None:
    def first_ones(markup: str) -> dict[str, str | None]:
        return dict(reversed(Attributes(markup).found[0][1]))

    written = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    assert first_ones(move_styles(f"<p{written}>", Files().keep)) == first_ones(f"<p{written}>")
