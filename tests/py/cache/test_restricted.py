"""What may be used of a manifest of others."""

from __future__ import annotations

from dataclasses import replace

from example_manifest import example

from tiffin.cache.manifest import Definition
from tiffin.cache.restricted import RUNS_CODE, without_pickles
from tiffin.codecs.standard import standard_codecs
from tiffin.ids import Digest


def test_pickles_are_unavailable_and_all_else_stays() -> None:
    pickled = Definition(
        "blob",
        "lineage:1~b",
        "M",
        codec="pickle",
        blob=Digest("ef" * 32),
        size=9,
        needs=("A",),
        shares=("b",),
    )
    manifest = replace(example(), definitions={**example().definitions, "pickled": pickled})
    found = without_pickles(manifest)
    definition = found.definitions["pickled"]
    assert (definition.kind, definition.codec, definition.blob) == ("unavailable", None, None)
    assert (definition.identity, definition.type, definition.shares) == ("lineage:1~b", "M", ("b",))
    assert definition.reason is not None
    assert Digest("ef" * 32) not in found.blobs
    others = {name: d for name, d in manifest.definitions.items() if name != "pickled"}
    assert {name: found.definitions[name] for name in others} == others
    assert replace(found, definitions=manifest.definitions) == manifest


def test_without_pickles_it_is_the_same() -> None:
    definitions = {name: d for name, d in example().definitions.items() if d.codec not in RUNS_CODE}
    manifest = replace(example(), definitions=definitions)
    assert without_pickles(manifest) is manifest


def test_every_codec_that_is_not_safe_is_named() -> None:
    codecs = standard_codecs(dict)._codecs.values()
    assert {codec.name for codec in codecs if not codec.safe} == RUNS_CODE
