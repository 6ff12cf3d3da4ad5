"""Asking WebKitGTK's driver until it answers. That there is one is tested where pages are opened in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selenium.common.exceptions import TimeoutException

from tiffin.host.export import webkit as module
from tiffin.host.export.webkit import ScriptError, WebKit


class Driver:
    """A driver that gives these answers, one after another; None is one that it loses."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, Any]] = []

    def _next(self, name: str, *values: Any) -> Any:
        self.asked.append((name, values))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise TimeoutException
        return answer["answer"]

    def get(self, address: str) -> None:
        self._next("get", address)

    def refresh(self) -> None:
        self._next("refresh")

    def execute_script(self, code: str, number: str, values: list[Any]) -> Any:
        return self._next(code, number, values)

    def set_page_load_timeout(self, seconds: float) -> None: ...

    def set_script_timeout(self, seconds: float) -> None: ...


def done(value: Any = None) -> dict[str, Any]:
    return {"answer": value}


def test_a_lost_answer_is_asked_for_again_under_the_same_number() -> None:
    driver = Driver(None, done(), None, done({"value": 3}), done({"value": 4}))
    webkit = WebKit(driver, 60)
    assert webkit.call("(a, b) => a + b", 1, 2) == 3
    assert "(a, b) => a + b" in driver.asked[0][0]
    assert [values for _, values in driver.asked] == [("1", [1, 2])] * 4
    assert webkit.call("() => 4") == 4
    assert driver.asked[-1][1] == ("2", [])


@pytest.mark.parametrize("visit", [lambda webkit: webkit.open("http://x/"), WebKit.reload])
def test_a_page_whose_opening_nobody_confirms_is_opened_again(visit: Callable[[WebKit], None]) -> None:
    driver = Driver(None, None, done())
    visit(WebKit(driver, 60))
    assert len(driver.asked) == 3


def test_what_a_page_throws_is_thrown_here() -> None:
    with pytest.raises(ScriptError, match="TypeError: x is no function"):
        WebKit(Driver(done({"error": "TypeError: x is no function"})), 60).call("() => x()")


def test_nothing_comes_back_of_what_returns_nothing() -> None:
    assert WebKit(Driver(done({})), 60).call("() => undefined") is None


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0)
    with pytest.raises(TimeoutError, match="no answer within 0 seconds: "):
        WebKit(Driver(done()), 0).call("() => new Promise(() => {})")
    with pytest.raises(TimeoutException):
        WebKit(Driver(None), 0).call("() => 1")
    with pytest.raises(TimeoutException):
        WebKit(Driver(None), 0).open("http://x/")
