"""The canonical form: what changes the code digest, and what does not."""

from __future__ import annotations

import ast

import pytest

from tiffin.cells.canonical import canonical_form, code_digest


def digest(source: str) -> str:
    return code_digest(ast.parse(source))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x = 1", "x  =  1  # a comment"),
        ("x = 'a'", 'x = "a"'),
        ("x = 'a' 'b'", "x = 'ab'"),
        ("x = 0x10", "x = 16"),
        ("x = 1_000.0", "x = 1e3"),
        ("f(1,\n  2)", "f(1, 2)"),
        ("x = u'a'", "x = 'a'"),
        ("x = f'a' f'b{y}'", "x = f'ab{y}'"),
        ("x = f'{y}' 'c' f'd'", "x = f'{y}cd'"),
        ("if x:\n  y", "if x:\n        y"),
        ("(x)", "x"),
    ],
)
def test_spelling_does_not_matter(left: str, right: str) -> None:
    assert digest(left) == digest(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x = 1", "x = '1'"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 1.0", "x = True"),
        ("x = 1.0", "x = 1 + 0j"),
        ("x = '1'", "x = b'1'"),
        ("x = None", "x = 'None'"),
        ("x = ...", "x = 'ellipsis'"),
        ("f(1, 23)", "f(12, 3)"),
        ("x = 2**70", "x = 2**71"),
        (f"x = {2**70}", f"x = {2**70 + 1}"),
        ("x = {1: 'a', '1': 2}", "x = {'1': 'a', 1: 2}"),
        ("x = {1, '1'}", "x = {1, 1}"),
        ("x = 0.1", "x = 0.10000000000000002"),
        ("x = 0.0", "x = -0.0"),
        ("x = ['a', 'b']", "x = ['ab']"),
        ("x = f'{y}'", "x = '{y}'"),
        ("x = f'{y!r}'", "x = f'{y}'"),
        ("x = f'{y:>3}'", "x = f'{y:<3}'"),
        ("x", "y"),
        ("x = y", "y = x"),
        ("def f(a, b): pass", "def f(a, *, b): pass"),
        ("def f(a, /, b): pass", "def f(a, b): pass"),
        ("async def f(): pass", "def f(): pass"),
        ("from . import a", "from .. import a"),
        ("for x in y: pass", "async def g():\n async for x in y: pass"),
        ("x = '\\ud800'", "x = '\\ud801'"),
        ("match x:\n case None: 1", "match x:\n case True: 1"),
        ("x is None", "x == None"),
        ("lambda: 1", "lambda *a: 1"),
    ],
)
def test_meaning_matters(left: str, right: str) -> None:
    assert digest(left) != digest(right)


def test_the_form_itself() -> None:
    assert canonical_form(ast.parse("x = f(1, y)")) == [
        "Module",
        [
            "body",
            [
                [
                    "Assign",
                    ["targets", [["Name", ["id", "x"]]]],
                    [
                        "value",
                        [
                            "Call",
                            ["func", ["Name", ["id", "f"]]],
                            ["args", [["Constant", ["value", ["int", "0x1"]]], ["Name", ["id", "y"]]]],
                        ],
                    ],
                ]
            ],
        ],
    ]


def test_digests_are_as_they_always_were() -> None:
    assert digest("x = 1") == "53f0d74c5b62a162f1144bcbfc234000dc8492f71f58745168051e8e2d3048d4"
    assert (
        digest("def f(x, *, y=2.5):\n    return f'{x:>{y}}' + 'né'")
        == "d81100610367b53c4cae3266916fd607d28d36c6941c29f5af9190085746ce22"
    )


def test_traits_take_part() -> None:
    tree = ast.parse("x")
    assert (
        len({code_digest(tree), code_digest(tree, {"tail": "hidden"}), code_digest(tree, {"time": True})})
        == 3
    )
    assert code_digest(tree, {"a": 1, "b": 2}) == code_digest(tree, {"b": 2, "a": 1})
