"""The file widget: what a reader hands over, what it refuses, and what a key sees of it."""

from __future__ import annotations

from typing import Any

import pytest

from tiffin.errors import UsageError
from tiffin.ids import CellId, Digest, digest
from tiffin.ui.element import Element
from tiffin.ui.files import File, FileInput
from tiffin.ui.registry import ElementRegistry

CODE = Digest("c" * 64)


def named(name: str, content: bytes, kind: str = "text/plain") -> dict[str, Any]:
    return {"name": name, "type": kind, "size": len(content), "digest": digest(content)}


def owned(**options: Any) -> tuple[ElementRegistry, FileInput]:
    registry, element = ElementRegistry(), FileInput(**options)
    registry.adopt(element, CellId("c1"), CODE)
    return registry, element


def test_a_file_is_its_name_type_and_content() -> None:
    registry, element = owned()
    assert element.value == []
    registry.take(digest("né".encode()), "né".encode())
    assert registry.set_value(element.id, [named("a.txt", "né".encode())]) == [element]
    (file,) = element.value
    assert file == File("a.txt", "text/plain", "né".encode())
    assert (file.text(), len(file), "contents" in repr(file)) == ("né", 3, False)
    assert registry.set_value(element.id, []) == [element]
    assert element.value == []


def test_content_may_come_in_pieces_and_is_checked() -> None:
    registry, element = owned()
    whole = digest(b"one two")
    registry.take(whole, b"one ", last=False)
    with pytest.raises(UsageError, match="did not arrive"):
        element.check([named("a", b"one two")])
    registry.take(whole, b"two")
    registry.set_value(element.id, [named("a", b"one two")])
    assert element.value[0].contents == b"one two"
    with pytest.raises(UsageError, match="came damaged"):
        registry.take(whole, b"other")


def test_two_widgets_may_have_the_same_file_and_what_nobody_has_goes() -> None:
    registry, first = owned(multiple=True)
    second = FileInput()
    registry.adopt(second, CellId("c1"), CODE)
    registry.take(digest(b"x"), b"x")
    registry.take(digest(b"x"), b"x")
    registry.set_value(first.id, [named("x", b"x")])
    registry.set_value(second.id, [named("x", b"x")])
    registry.take(digest(b"y"), b"y")
    assert dict(first.contents) == {digest(b"y"): b"y"}
    registry.set_value(first.id, [named("x", b"x"), named("y", b"y")])
    assert [file.contents for file in first.value] == [b"x", b"y"]


def test_a_value_comes_back_where_its_content_did() -> None:
    registry, element = owned()
    registry.take(digest(b"x"), b"x")
    registry.expect({element.id: [named("x", b"x")]})
    again = FileInput()
    registry.restore(again, element.id, CellId("c1"))
    assert [file.name for file in again.value] == ["x"]


def test_a_key_sees_name_and_digest_and_no_content() -> None:
    registry, element = owned()
    registry.take(digest(b"secret" * 9), b"secret" * 9)
    registry.set_value(element.id, [named("a", b"secret" * 9)])
    document = str(element.identity_document())
    assert digest(b"secret" * 9) in document
    assert "secret" not in document


@pytest.mark.parametrize(
    ("options", "value", "sentence"),
    [
        ({}, "a.txt", "takes a list of files"),
        ({}, [{"name": "a"}], "takes a list of files"),
        ({}, [{**named("a", b"x"), "name": "../a"}], "takes a list of files"),
        ({}, [{**named("a", b"x"), "digest": "x"}], "takes a list of files"),
        ({}, [named("a", b"x"), named("b", b"x")], "takes one file at a time, not 2"),
        ({}, [named("a", b"other")], "the content of a did not arrive: choose it again"),
        ({}, [{**named("a", b"x"), "size": 2}], "a has 1 bytes, not 2"),
        ({"max_size": 3}, [named("a", b"xxxx")], "takes at most 3 bytes; a has 4"),
    ],
)
def test_what_is_no_file_of_its_is_refused(options: dict[str, Any], value: Any, sentence: str) -> None:
    registry, element = owned(**options)
    for content in (b"x", b"xxxx"):
        registry.take(digest(content), content)
    with pytest.raises(UsageError) as caught:
        registry.set_value(element.id, value)
    assert sentence in str(caught.value)
    assert element.value == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"max_size": 0}, "max_size must be a number of bytes, at least 1, not 0"),
        ({"max_size": True}, "max_size must be a number of bytes"),
        ({"accept": "csv"}, "accept takes extensions like .csv and types like image/*, not 'csv'"),
        ({"value": [1]}, "only its reader chooses files"),
    ],
)
def test_odd_arguments_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        FileInput(**options)
    assert sentence in str(caught.value)


def test_it_is_restored_as_it_was_made() -> None:
    made = FileInput("Data", ".csv, image/*", multiple=True, max_size=9, help="Any.", disabled=True)
    assert made.arguments["accept"] == [".csv", "image/*"]
    again = FileInput.restored(made.arguments, made.initial, made.kept())
    assert again.arguments == made.arguments
    assert "Data: choosing a file needs JavaScript" in again.to_html()
    assert isinstance(again, Element)
