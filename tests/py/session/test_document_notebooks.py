"""Notebooks as people write them for Jupyter, in document order: whatever is forced, edited or opened again,
they show what a run from top to bottom in plain Python shows."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from types import ModuleType
from typing import Any

import pytest
from notebooks import Bench

NOTEBOOKS = {
    "frames": r"""
# %%
import pandas as pd
import numpy as np
df = pd.DataFrame({"a": [1, 2, 3, 4], "b": [10.0, 20.0, np.nan, 40.0], "k": list("xyxy")})
# %%
df.head()
# %%
df["c"] = df["a"] * 2
df
# %%
df.loc[df["b"].isna(), "b"] = 0
df
# %%
df.drop(columns=["c"], inplace=True)
df.shape
# %%
df = df[df["a"] > 1]
df
# %%
df.columns = ["A", "B", "K"]
df
# %%
g = df.groupby("K")
g["B"].sum()
# %%
df = df.reset_index(drop=True)
df.index.name = "row"
df
# %%
g.size()
""",
    "frame_alias": r"""
# %%
import pandas as pd
df = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
# %%
df2 = df
copy = df.copy()
s = df["a"]
# %%
df2["c"] = 7
df
# %%
df.loc[0, "a"] = 100
s
# %%
s.tolist(), copy["a"].tolist()
# %%
arr = df[["a", "b"]].to_numpy()
arr[0, 0] = -1
df
# %%
vals = df["b"].values
vals[:] = 9
# %%
df
# %%
s[:] = 0
df["a"].tolist()
""",
    "numpy": r"""
# %%
import numpy as np
a = np.arange(8)
# %%
v = a[2:]
w = a.reshape(2, 4)
# %%
v[:] = 0
a
# %%
w
# %%
a += 1
v
# %%
a = a * 2
v, a
# %%
w[1] = 5
v
# %%
m = np.asarray(v)
m.fill(3)
# %%
w, v, a
# %%
np.add(v, 1, out=v)
w
""",
    "rng": r"""
# %%
import numpy as np
rng = np.random.default_rng(0)
# %%
x = rng.normal(size=3).round(3)
x
# %%
y = rng.integers(0, 100, 3)
y
# %%
rng = np.random.default_rng(1)
# %%
rng.random(2).round(3)
# %%
import random
r = random.Random(3)
# %%
r.random()
# %%
r.random(), x, y
""",
    "model": r"""
# %%
import pandas as pd
import numpy as np
class Scaler:
    def __init__(self):
        self.mean = None
        self.seen = []
    def fit(self, X):
        self.mean = X.mean()
        self.seen.append(len(X))
        return self
    def transform(self, X):
        return X - self.mean
class Store:
    def __init__(self, frame):
        self.frame = frame
    def add(self, **kw):
        for k, v in kw.items():
            self.frame[k] = v
        return self
    def drop_all(self):
        self.frame = self.frame.iloc[:0]
# %%
df = pd.DataFrame({"a": [1.0, 2, 3]})
sc = Scaler()
# %%
sc.fit(df["a"])
# %%
sc.mean, sc.seen
# %%
st = Store(df)
st.add(b=1)
df
# %%
z = sc.transform(df["a"])
z
# %%
model = sc.fit(df["a"] * 2)
sc.seen
# %%
st.add(c=2).add(d=3).frame.shape
# %%
st.drop_all()
len(st.frame), len(df), list(df)
# %%
sc.mean
""",
    "closures": r"""
# %%
from functools import partial, lru_cache, wraps
count = 0
log = []
def logged(f):
    @wraps(f)
    def inner(*args):
        log.append(f.__name__)
        return f(*args)
    return inner
# %%
@logged
def double(x):
    return x * 2
def make_counter():
    n = 0
    def counter():
        nonlocal n
        n += 1
        return n
    return counter
# %%
counter = make_counter()
# %%
counter(), counter()
# %%
counter()
# %%
double(4), log
# %%
add3 = partial(lambda a, b: a + b + count, 3)
add3(1)
# %%
def bump(by=1):
    global count
    count += by
    return count
# %%
bump(), bump(5)
# %%
add3(1), count, log
# %%
@lru_cache
def slow(n):
    log.append(n)
    return n * count
slow(2), slow(2)
# %%
count = 100
slow(2), slow(3), log
""",
    "defaults": r"""
# %%
base = 10
def f(x, acc=[]):
    acc.append(x + base)
    return acc
# %%
f(1)
# %%
f(2)
# %%
base = 20
f(3)
# %%
class Node:
    registry = []
    def __init__(self, n):
        self.n = n
        Node.registry.append(n)
# %%
a = Node(1)
Node.registry
# %%
b = Node(2)
len(Node.registry), Node.registry
# %%
Node.registry.clear()
# %%
Node.registry
""",
    "iterators": r"""
# %%
def gen():
    for i in range(10):
        yield i
it = gen()
lines = iter("a b c d".split())
# %%
next(it), next(lines)
# %%
next(it)
# %%
first, *_ = [next(it) for _ in range(3)]
first, _
# %%
pairs = zip(it, lines)
# %%
list(pairs)
# %%
list(lines), list(it)
# %%
import itertools
c = itertools.count(5)
# %%
next(c)
# %%
next(c)
""",
    "files": r"""
# %%
import tempfile, os, io
buf = io.StringIO()
# %%
buf.write("a,b\n1,2\n")
# %%
import csv
buf.seek(0)
rows = list(csv.reader(buf))
rows
# %%
from contextlib import contextmanager, suppress
events = []
@contextmanager
def span(name):
    events.append(("in", name))
    yield name
    events.append(("out", name))
# %%
with span("one") as s:
    events.append(s)
events
# %%
with suppress(ZeroDivisionError):
    q = 1
    q = 1 / 0
q
# %%
with span("two"):
    pass
len(events)
# %%
buf.getvalue(), s, events[-1]
""",
    "imports": r"""
# %%
try:
    import ujson_not_there as json
except ImportError:
    import json
# %%
json.dumps({"a": 1})
# %%
import math as m
m.floor(2.5)
# %%
import cmath as m
m.sqrt(-1)
# %%
import os.path
import os
os.path.join("a", "b")
# %%
from math import *
floor(3.2)
# %%
import collections.abc as cc, collections
c = collections.Counter("abca")
c
# %%
c["a"] += 10
c.update("zz")
c
# %%
from collections import *
d = defaultdict(list)
d["x"].append(1)
# %%
d["y"]
dict(d)
# %%
d
""",
    "dels": r"""
# %%
x = [1, 2]
y = x
# %%
del x
y
# %%
x = 5
x
# %%
for i in range(3):
    pass
i
# %%
for i in "abc":
    last = i
i, last
# %%
if i == "c":
    x = 6
x
# %%
del y[0]
y
# %%
try:
    x / 0
except ZeroDivisionError as e:
    msg = str(e)
msg
# %%
while x:
    x -= 1
x
# %%
_ = 5
_tmp = [_]
# %%
_tmp.append(_)
_, _tmp
""",
    "tails": r"""
# %%
xs = [1, 2, 3, 4]
d = {"a": 1}
s = {3, 1}
# %%
xs.pop()
# %%
d.setdefault("b", []).append(1)
d
# %%
d.pop("a")
# %%
xs.append(9) or xs
# %%
(lambda l: l.reverse())(xs)
xs
# %%
[xs.append(i) for i in range(2)]
# %%
s.add(5)
s | {xs.pop()}
# %%
y = xs.pop(0)
y
# %%
xs, d, s, y
# %%
xs[0], xs[1] = xs[1], xs[0]
xs
# %%
a = b = []
a.append(1)
# %%
b
""",
    "async": r"""
# %%
import asyncio
results = []
async def fetch(n):
    await asyncio.sleep(0)
    results.append(n)
    return n * 2
# %%
await fetch(1)
# %%
vals = await asyncio.gather(*(fetch(i) for i in range(3)))
vals
# %%
results
# %%
async def agen():
    for i in range(2):
        yield i
out = [i async for i in agen()]
out
# %%
async with asyncio.Lock():
    results.append("locked")
# %%
results, out
""",
    "widgets": r"""
# %%
import tiffin as tn
k = tn.ui.slider(1, 9, value=3)
# %%
n = k.value
n
# %%
xs = list(range(n))
# %%
xs.append(n * 10)
xs
# %%
k = tn.ui.slider(1, 5, value=2)
# %%
xs += [k.value]
# %%
xs
""",
    "arrow": r"""
# %%
import pyarrow as pa, pandas as pd
t = pa.table({"a": [1, 2, 3]})
# %%
t = t.append_column("b", pa.array([4, 5, 6]))
t.num_columns
# %%
df = t.to_pandas()
df["a"] = df["a"] + 1
df
# %%
t["a"].to_pylist()
# %%
df.sort_values("b", ascending=False, inplace=True)
df
# %%
df.iloc[0, 0] = 99
df.set_index("b", inplace=True)
# %%
df
# %%
sub = df[df["a"] > 3].copy()
sub["flag"] = True
sub
# %%
df.rename(columns={"a": "A"}, inplace=True)
df.insert(0, "n", range(len(df)))
df
# %%
col = df.pop("n")
col
# %%
df, sub
""",
    "groupby": r"""
# %%
import pandas as pd
df = pd.DataFrame({"k": list("aabb"), "v": [1, 2, 3, 4]})
g = df.groupby("k")
# %%
g.v.sum()
# %%
df["v"] = df["v"] * 10
df
# %%
g.v.sum()
# %%
parts = {k: f for k, f in g}
parts["a"]
# %%
parts["a"]["new"] = 0
list(parts["a"]), list(df)
# %%
groups = list(g)
groups[0][1].loc[0, "v"] = -5
df["v"].tolist(), groups[0][1]["v"].tolist()
# %%
r = df.rolling(2)
r["v"].sum().tolist()
""",
    "dataclass": r"""
# %%
from dataclasses import dataclass, field
import pandas as pd
@dataclass
class Exp:
    name: str
    data: pd.DataFrame = field(default_factory=pd.DataFrame)
    hist: list = field(default_factory=list)
    def step(self, v):
        self.hist.append(v)
        self.data.loc[len(self.data), "v"] = v
# %%
e = Exp("one")
exps = [e, Exp("two")]
# %%
for x in exps:
    x.step(1)
e.hist
# %%
exps[1].step(5)
exps[1].data["v"].tolist()
# %%
e.step(2); e.data["v"].tolist()
# %%
best = max(exps, key=lambda x: sum(x.hist))
best.name
# %%
best.name = "best"
[x.name for x in exps]
# %%
exps.sort(key=lambda x: x.name, reverse=True)
[x.name for x in exps], e.hist
# %%
del exps[0]
len(exps), exps[0].name, x.name
""",
    "series_views": r"""
# %%
import pandas as pd, numpy as np
s = pd.Series([3, 1, 2], index=list("abc"))
# %%
t = s
u = s.sort_values()
# %%
s["a"] = 30
s.index = list("xyz")
# %%
t, u
# %%
s.name = "n"
t.name
# %%
idx = pd.Index([1, 2])
df = pd.DataFrame({"q": [1, 2]}, index=idx)
# %%
view = df.iloc[:1]
df.iloc[0, 0] = 42
# %%
view
# %%
df.T.values[0, 0] = 7
df
# %%
cat = pd.Categorical(["a", "b"])
df["cat"] = cat
df.dtypes.astype(str).tolist()
# %%
df["cat"] = df["cat"].cat.add_categories("z")
df.at[1, "cat"] = "z"
df
""",
    "fattr": r"""
# %%
def f():
    f.calls += 1
    return f.calls
# %%
f.calls = 10
# %%
f()
# %%
f(), f.calls
# %%
g = f
g()
# %%
f.calls
""",
    "classattr": r"""
# %%
class Node:
    made = []
    total = 0
    def __init__(self, n):
        self.n = n
        Node.made.append(n)
        Node.total += n
# %%
a = Node(1)
Node.made, Node.total
# %%
b = Node(2)
# %%
Node.made, Node.total, isinstance(a, Node), isinstance(b, Node)
# %%
Node.total = 100
# %%
a.total, Node(3).total
""",
    "zips": r"""
# %%
it = iter(range(10))
src = iter("abcdef")
# %%
pairs = zip(it, src)
# %%
next(pairs)
# %%
ev = filter(None, it)
m = map(str, ev)
en = enumerate(m)
# %%
next(en), next(en)
# %%
next(it), list(src)
# %%
import itertools
head = itertools.islice(it, 2)
# %%
list(head)
# %%
list(it)
# %%
sq = (n * n for n in head2) if False else (n for n in iter([1, 2, 3]))
# %%
sum(sq)
# %%
list(sq)
""",
    "counter": r"""
# %%
def make_counter():
    n = 0
    def counter():
        nonlocal n
        n += 1
        return n
    return counter
# %%
counter = make_counter()
other = counter
# %%
counter(), counter()
# %%
other()
# %%
counter()
# %%
def acc():
    seen = []
    def add(x):
        seen.append(x)
        return list(seen)
    return add, seen
add, seen = acc()
# %%
add(1)
# %%
add(2), seen
# %%
seen.clear()
# %%
add(3)
""",
}
NEEDS = {
    "frames": "pandas",
    "frame_alias": "pandas",
    "numpy": "numpy",
    "rng": "numpy",
    "model": "pandas",
    "arrow": "pyarrow",
    "groupby": "pandas",
    "dataclass": "pandas",
    "series_views": "pandas",
}


def cells_of(name: str) -> dict[str, str]:
    pytest.importorskip("pyarrow")
    if name in NEEDS:
        for module in {NEEDS[name], "numpy"}:
            pytest.importorskip(module)
    sources = [part.strip("\n") for part in re.split(r"(?m)^# %%\n", NOTEBOOKS[name])[1:]]
    return {f"c{index}": source for index, source in enumerate(sources, 1)}


async def plain(cells: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What each cell shows in a run from top to bottom in plain Python."""
    module = ModuleType("__main__")
    shown: dict[str, str | None] = {}

    async def run(tree: ast.Module | ast.Expression) -> Any:
        mode = "exec" if isinstance(tree, ast.Module) else "eval"
        code = compile(tree, "cell", mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        value = eval(code, vars(module))
        return await value if code.co_flags & inspect.CO_COROUTINE else value

    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "__main__", module)
        for cell, source in cells.items():
            body = ast.parse(source).body
            last = body[-1] if body else None
            tail = last.value if isinstance(last, ast.Expr) else None
            body = body[:-1] if tail is not None else body
            await run(ast.Module(body, []))
            value = None if tail is None else await run(ast.Expression(tail))
            shown[cell] = None if value is None else repr(value)
    return without_addresses(shown)


def without_addresses(shown: dict[str, str | None]) -> dict[str, str | None]:
    return {cell: text and re.sub(r"0x[0-9a-f]+", "0x", text) for cell, text in shown.items()}


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", NOTEBOOKS)
async def test_a_notebook_shows_what_plain_python_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = cells_of(name)
    expected = await plain(cells, monkeypatch)
    bench = Bench(*cells.values(), fields={"order": "document"})
    await bench.restore()
    assert without_addresses(bench.shown) == expected
    for cell in cells:
        await bench.run(cell, force=True)
        assert without_addresses(bench.shown) == expected, f"{cell} forced"
    later = bench.again()
    await later.restore()
    assert without_addresses(later.shown) == expected, "another session"
    for cell, source in cells.items():
        await later.edit(put={cell: f"tweak = 1\n{source}"})
        assert without_addresses(later.shown) == expected, f"{cell} edited"
    for cell in reversed(cells):
        fresh = bench.again()
        await fresh.restore()
        await fresh.run(cell, force=True)
        assert without_addresses(fresh.shown) == expected, f"{cell} forced in another session"
