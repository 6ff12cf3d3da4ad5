"""A manifest that has one of everything: the golden file of format 1 holds it."""

from __future__ import annotations

from tiffin.cache.manifest import Definition, FileRead, Manifest, OutputPart
from tiffin.ids import Digest, Key

KEY = Key("ab" * 32)


def example() -> Manifest:
    blob = Digest("cd" * 32)
    return Manifest(
        key=KEY,
        code=Digest("01" * 32),
        inputs={"x": "content:plain:1"},
        definitions={
            "inline": Definition("inline", "content:plain:2", "builtins.list", plain=["list", 1, None]),
            "nothing": Definition("inline", "content:plain:3", "builtins.NoneType", plain=None),
            "array": Definition(
                "blob", "content:npy:4", "numpy.ndarray", codec="npy", blob=blob, size=10, modules=("numpy",)
            ),
            "pickled": Definition("blob", "lineage:5", "A", codec="pickle", blob=blob, size=9, needs=("A",)),
            "A": Definition("source", "source:6", "class"),
            "np": Definition(
                "import",
                "module:numpy",
                "builtins.module",
                imported={"module": "numpy", "attribute": None, "binds_root": False},
            ),
            "k": Definition(
                "element",
                "ui:7",
                "tiffin.ui.inputs.Checkbox",
                element={
                    "kind": "checkbox",
                    "arguments": {"label": "é"},
                    "initial": True,
                    "id": "0123-0",
                    "kept": None,
                },
            ),
            "g": Definition("unavailable", "lineage:8", "builtins.generator", reason="no codec takes it"),
        },
        output={"text/plain": OutputPart("x"), "image/png": OutputPart(None, blob, 100)},
        displays=({"text/html": OutputPart("<b>é</b>")},),
        console=(("stdout", "a\n"), ("stderr", "b")),
        seconds=1.5,
        files=(FileRead("data.csv", Digest("ef" * 32)),),
        environment={"python": "3.11.7", "packages": {}},
    )
