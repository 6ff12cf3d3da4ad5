# %%
import dataclasses
import datetime
import decimal
import enum
import fractions
import math
import uuid
from collections import OrderedDict, namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import tiffin as tn

# %%
plain = {
    "ints": [0, -1, 2**53, 2**70],
    "floats": [1.5, -0.0, math.inf, 5e-324],
    "texts": ["dal", "ünï", "\ud800"],
    (1, "key"): {1, 2, 3},
    "bytes": b"\x00\xff",
    "time": datetime.datetime(2026, 11, 21, 9, 30, tzinfo=datetime.timezone.utc),
    "numbers": (decimal.Decimal("1.10"), fractions.Fraction(1, 3), 1j),
    "others": [uuid.UUID(int=7), Path("a/b"), range(3), slice(1, None), ..., OrderedDict(a=1)],
}


# %%
class Spice(enum.Enum):
    CUMIN = 1
    CLOVE = 2


@dataclasses.dataclass(frozen=True)
class Dish:
    name: str
    spice: Spice

    def label(self):
        return f"{self.name} with {self.spice.name.lower()}"


Pair = namedtuple("Pair", "first second")

# %%
dishes = [Dish("dal", Spice.CUMIN), Dish("rice", Spice.CLOVE)]
pair = Pair(1, dishes[0])

# %%
array = np.arange(600, dtype="<i8").reshape(20, 30)
scalar = np.float32(0.5)
mixed = {"arrays": [array[0].copy(), np.array(["a", "b"])], "text": "x"}

# %%
frame = pd.DataFrame({"n": [1, 2, 3], "name": ["a", "b", None]}, index=pd.Index([7, 8, 9], name="i"))

# %%
long = b"rice " * 2000


# %%
class Pot:
    def __init__(self):
        self.parts = {"salt", "water"}


pot = Pot()

# %%
steps = (index for index in range(3))

# %%
count = tn.ui.slider(1, 9, value=4)
count


# %%
def total(number):
    return number * count.value


# %%
text = Path("data.csv").read_text("utf-8")
print("read", len(text), "characters")


# %%
@tn.persistent_cache
def slow(number):
    return [number] * 3


with tn.persistent_cache("block") as block:
    inside = slow(5)

# %%
display("shown first")
"long output " * 1000

# %%
tn.stop(len(text) > 3, "nothing to do")

# %%
[
    plain["ints"],
    plain["texts"][:2],
    sorted(plain[1, "key"]),
    plain["time"].year,
    [dish.label() for dish in dishes],
    pair.second.name,
    int(array.sum()),
    str(scalar.dtype),
    mixed["arrays"][1].tolist(),
    frame["name"].tolist()[:2],
    frame.index.name,
    len(long),
    sorted(pot.parts),
    total(2),
    text.splitlines()[0],
    inside,
]
