"""Sizes and times as people write them."""

from __future__ import annotations

import pytest

from tiffin.errors import UsageError
from tiffin.host.cli.amounts import parse_age, parse_size, readable_age, readable_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1234", 1234),
        ("500MB", 500_000_000),
        ("2 GB", 2_000_000_000),
        ("1.5GiB", 3 << 29),
        ("10k", 10_000),
        ("1tb", 10**12),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text, "--limit") == size


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "1 XB", "1e3", "1,5GB", "nan", "٣GB", "1GB\n1"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match="--limit takes a size like 500MB or 2GB, not"):
        parse_size(text, "--limit")


def test_ages() -> None:
    assert [parse_age(text, "--older") for text in ("90s", "5m", "12h", "30d", "2w")] == [
        90,
        300,
        43_200,
        2_592_000,
        1_209_600,
    ]
    for text in ("", "30", "30D", "d", "-1d"):
        with pytest.raises(UsageError, match="--older takes a time like 30d"):
            parse_age(text, "--older")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345, "12 kB"),
        (9_990_000, "10 MB"),
        (2e9, "2.0 GB"),
        (3e15, "3,000.0 TB"),
    ],
)
def test_readable_sizes(size: float, text: str) -> None:
    assert readable_size(size) == text


def test_readable_ages() -> None:
    assert [readable_age(seconds) for seconds in (-1, 59, 60, 7200, 200_000)] == [
        "0 s",
        "59 s",
        "1 min",
        "2 h",
        "2 d",
    ]
