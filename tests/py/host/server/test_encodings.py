"""Accept-Encoding, as readers write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.host.server.encodings import choose_encoding, read_accepted

BOTH = ("br", "gzip")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br ; q = 0.8 , gzip ; q = 0.5", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000, gzip;q=0", "identity"),
        ("*", "br"),
        ("*, br;q=0", "gzip"),
        ("*;q=0", "identity"),
        ("*;q=0, gzip", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0", "identity"),
        ("identity;q=0, *", "br"),
        ("deflate", "identity"),
        ("brotli, gzipped", "identity"),
        ("br;q=2, gzip", "gzip"),
        ("br;q=0.1234, br;level=5, gzip;q=-1", "identity"),
        (",,;q=1, =, gzip", "gzip"),
    ],
)
def test_the_reader_gets_what_it_likes_best(header: str, expected: str) -> None:
    assert choose_encoding(header, BOTH) == expected


def test_what_there_is_not_is_not_sent() -> None:
    assert choose_encoding("br, gzip;q=0.1", ["gzip"]) == "gzip"
    assert choose_encoding("br, *", []) == "identity"


weights = st.dictionaries(
    st.sampled_from(["br", "gzip", "deflate", "zstd", "identity", "*"]),
    st.integers(0, 1000).map(lambda thousandths: thousandths / 1000),
)
spaces = st.sampled_from(["", " ", "\t", "  "])


@given(weights, spaces, spaces)
def test_every_way_to_write_weights_reads_the_same(given_weights: dict[str, float], a: str, b: str) -> None:
    written = [f"{a}{name.upper()}{b};{a}q={weight:.3f}{b}" for name, weight in given_weights.items()]
    assert read_accepted(",".join(written)) == given_weights


@given(weights)
def test_nothing_refused_is_sent_and_nothing_better_left_out(given_weights: dict[str, float]) -> None:
    header = ", ".join(f"{name};q={weight:.3f}" for name, weight in given_weights.items())
    chosen = choose_encoding(header, BOTH)
    rest = given_weights.get("*", 0.0)
    weight = {name: given_weights.get(name, rest) for name in BOTH}
    if chosen == "identity":
        assert max(weight.values()) == 0 or max(weight.values()) < given_weights["identity"]
    else:
        assert weight[chosen] == max(weight.values()) > 0
        assert weight[chosen] >= given_weights.get("identity", 0.0)


@given(st.text())
def test_no_header_is_an_error(header: str) -> None:
    assert choose_encoding(header, BOTH) in (*BOTH, "identity")
