"""Libraries that are not installed."""

from __future__ import annotations

import pytest

from tiffin.host.native.libraries import missing_library


def test_the_library_of_a_missing_module_is_named() -> None:
    error = ModuleNotFoundError("no", name="starlette.routing")
    assert missing_library(error, ("starlette", "uvicorn")) == "starlette"


@pytest.mark.parametrize("name", [None, "", "ours.module", "starlettes"])
def test_another_one_is_not_explained_away(name: str | None) -> None:
    error = ModuleNotFoundError("no", name=name)
    with pytest.raises(ModuleNotFoundError) as caught:
        missing_library(error, ("starlette",))
    assert caught.value is error
