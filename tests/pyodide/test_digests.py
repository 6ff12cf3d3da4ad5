"""Digests and keys are the same natively and in Pyodide: code, values, runs."""

from __future__ import annotations

import ast
import inspect
import json
import sysconfig
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tiffin.cells.canonical import code_digest
from tiffin.codecs.numpy import NumpyCodec
from tiffin.codecs.standard import standard_codecs

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"

PARTS = (
    ".",
    "json",
    "email",
    "asyncio",
    "importlib",
    "collections",
    "concurrent/futures",
    "logging",
    "html",
    "xml/dom",
)


def statements(folder: Path) -> dict[str, str]:
    """Sources of the native standard library by name, enough for thousands of top-level statements."""
    return {
        f"{part}/{path.name}": path.read_text("utf-8")
        for part in PARTS
        for path in sorted((folder / part).glob("*.py"))
    }


def digests(sources: dict[str, str]) -> dict[str, list[str]]:
    """The code digest of every top-level statement of each source that parses."""
    found: dict[str, list[str]] = {}
    for name, source in sources.items():
        found[name] = [code_digest(node) for node in ast.parse(source).body]
    return found


def test_code_digests_of_the_standard_library(kernel_pyodide: Any, tmp_path: Path) -> None:
    sources = statements(Path(sysconfig.get_paths()["stdlib"]))
    native = digests(sources)
    assert sum(map(len, native.values())) > 5000
    program = (
        "import ast, json\nfrom tiffin.cells.canonical import code_digest\n"
        f"{inspect.getsource(digests)}\ndigests(json.loads({json.dumps(json.dumps(sources))}))"
    )
    there = kernel_pyodide.run(program)
    different = [name for name in native if there[name] != native[name]]
    assert different == []


def test_plain_digests(kernel_pyodide: Any) -> None:
    golden = json.loads((CONTRACTS / "plain_digests.json").read_text("utf-8"))
    source = (Path(__file__).resolve().parent.parent / "py" / "codecs" / "test_plain.py").read_text("utf-8")
    tree = ast.parse(source)
    cases = next(
        node for node in tree.body if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "CASES"
    )
    imports = [
        n
        for n in tree.body
        if isinstance(n, ast.Import)
        or (isinstance(n, ast.ImportFrom) and n.module in ("decimal", "fractions", "typing"))
    ]
    program = "\n".join(
        [
            "from __future__ import annotations",
            *(
                ast.unparse(node)
                for node in imports
                if "pytest" not in ast.unparse(node) and "subprocess" not in ast.unparse(node)
            ),
            ast.unparse(cases),
            "import hashlib",
            "from tiffin.codecs.plain import PlainCodec",
            "found = {name: PlainCodec().encode(value).data for name, value in CASES.items()}",
            "{name: hashlib.sha256(data).hexdigest() for name, data in found.items()}",
        ]
    )
    assert kernel_pyodide.run(program) == golden


DIGESTS = """
import pathlib, sys
pathlib.Path("/tmp/codec_cases.py").write_text(SOURCE, "utf-8")
sys.path.insert(0, "/tmp")
import codec_cases
codec_cases.digests()
"""


def digests_there(pyodide: Any, packages: list[str]) -> Any:
    source = (CONTRACTS / "codec_cases.py").read_text("utf-8")
    return pyodide.run(f"SOURCE = {source!r}\n{DIGESTS}", packages)


def test_digests_of_encodings(kernel_pyodide: Any) -> None:
    golden = json.loads((CONTRACTS / "codec_digests.json").read_text("utf-8"))
    assert digests_there(kernel_pyodide, []) == {"plain": golden["plain"]}


def test_digests_of_arrays(scientific_pyodide: Any) -> None:
    golden = json.loads((CONTRACTS / "codec_digests.json").read_text("utf-8"))
    found = digests_there(scientific_pyodide, ["numpy"])
    assert found == {"plain": golden["plain"], "numpy": golden["numpy"]}


FRAMES = """
import hashlib, pandas, pyarrow
from tiffin.codecs.standard import standard_codecs
codecs = standard_codecs(dict)
[codecs.encode(codecs.decode(name, bytes.fromhex(data))).data.hex() == data for name, data in GIVEN]
"""


def test_frames_and_pickles_made_natively_are_read_there(scientific_pyodide: Any) -> None:
    values: list[Any] = [
        pd.DataFrame({"a": [1, 2], "b": ["x", np.nan]}, index=pd.date_range("2026", periods=2, tz="UTC")),
        pd.Series([1.5, 2], name="s"),
        {"frame": pd.DataFrame({"a": np.arange(3)}), "scalar": np.int64(2**40)},
        [np.zeros(5000, dtype="int32"), object],
    ]
    codecs = standard_codecs(dict)
    encoded = [found for value in values if (found := codecs.encode(value)) is not None]
    assert [found.codec for found in encoded] == ["arrow-pandas", "arrow-pandas-series", "bundle", "pickle"]
    given = [(found.codec, found.data.hex()) for found in encoded]
    program = f"GIVEN = {given!r}\n{FRAMES}"
    assert scientific_pyodide.run(program, ["numpy", "pandas", "pyarrow"]) == [True, True, True, True]


def test_keys(kernel_pyodide: Any) -> None:
    vectors = json.loads((CONTRACTS / "keys.json").read_text("utf-8"))
    program = (
        "import json\nfrom tiffin.cache.key import run_key, element_identity, json_digest\n"
        f"v = json.loads({json.dumps(json.dumps(vectors))})\n"
        "[[run_key(r['code'], r['inputs']) for r in v['runs']],"
        " [element_identity(e['element']) for e in v['elements']],"
        " [json_digest(d['document']) for d in v['documents']]]"
    )
    assert kernel_pyodide.run(program) == [
        [run["key"] for run in vectors["runs"]],
        [element["identity"] for element in vectors["elements"]],
        [document["digest"] for document in vectors["documents"]],
    ]


def test_arrays_keep_their_dtype_in_32_bits(scientific_pyodide: Any) -> None:
    array = np.arange(6, dtype="int64").reshape(2, 3) * 2**40
    data = NumpyCodec().encode(array).data
    program = (
        "import hashlib\nfrom tiffin.codecs.numpy import NumpyCodec\nimport numpy\n"
        f"a = NumpyCodec().decode(bytes.fromhex({data.hex()!r}))\n"
        "[str(a.dtype), a.tolist(), NumpyCodec().encode(a).data.hex()]"
    )
    assert scientific_pyodide.run(program, ["numpy"]) == ["int64", array.tolist(), data.hex()]


FUNCTIONS = """
import linecache, types
from tiffin.cells.functions import read_code

def functions(text):
    linecache.cache["/live.py"] = (len(text), None, text.splitlines(keepends=True), "/live.py")
    waiting, found = [compile(text, "/live.py", "exec")], {}
    while waiting:
        code = waiting.pop()
        waiting += [part for part in code.co_consts if isinstance(part, types.CodeType)]
        if code.co_flags & 2 and not (code.co_name.startswith("<") and code.co_name != "<lambda>"):
            read = read_code(code)
            place = f"{code.co_name} {code.co_firstlineno} {code.co_consts[:1]!r}"
            found[place] = [read.digest, list(read.references), list(read.binds), list(read.imports)]
    return found
"""
PROGRAMS = '''
x = 1
def plain(a, b=x, *c, d=2, **e):
    """Doc."""
    return [y * a for y in c if (z := y)] + [f"{a!r:>{b}}", x, z]
def outer():
    n = 0
    def inner():
        nonlocal n
        n += 1
        import json.decoder as j
        return n, j, (lambda k: k + n)
    return inner
class A:
    @property
    def p(self): return self.__q
    async def m(self):
        async with self as s:
            async for t in s:
                yield await t, __class__
def matching(value):
    match value:
        case {"k": [first, *rest], **others} if first in {"a", "b"}: return rest, others
        case A(p=q) | [q]: return q
    try:
        raise ValueError
    except* OSError as error:
        print(error)
'''


def test_digests_of_live_functions(kernel_pyodide: Any) -> None:
    names: dict[str, Any] = {}
    exec(FUNCTIONS, names)
    native = names["functions"](PROGRAMS)
    there = kernel_pyodide.run(f"{FUNCTIONS}\nfunctions({PROGRAMS!r})")
    assert len(native) == 7
    assert sorted(there.values()) == sorted(native.values())
