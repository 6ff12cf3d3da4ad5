# %% [markdown]
# # What cells show
#
# Heat obeys $\partial_t u = \alpha\nabla^2 u$; dal costs $4 and rice $2.
#
# $$\int_0^1 x^2 \, dx = \frac{1}{3}$$
#
# > [!WARNING]
# > The lid is hot.
#
# ```python
# def boil(pot): return pot + 1
# ```

# %% name=ask
import struct
import time
import tiffin as tn
k = tn.ui.slider(1, 900, value=2, label="How many")
k

# %% name=prose
tn.md(f"""
It is $k = {k.value}$.

> [!NOTE]
> Made by Python.

```python
pots = {k.value}
```
""")

# %% name=boxes
tn.vstack([
    tn.hstack([tn.stat(k.value, label="Pots", change=1, better="increase"), tn.stat("4 min", label="A pot", change=-1, better="increase")]),
    *(tn.callout("Some *text*.", kind) for kind in ("neutral", "info", "success", "warn", "danger")),
    tn.callout(["Salt", tn.ui.checkbox(label="More")], "info", title="Taste"),
])

# %% name=media
samples = bytes(128 + (n // 50 % 2) * 40 for n in range(40_000))
sound = b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
sound += b"data" + struct.pack("<I", len(samples)) + samples
drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
tn.vstack([tn.audio(sound, alt="A tone"), tn.image(drawing, alt="A pot", caption="A pot", width=90)])

# %% name=many
for _n in range(k.value):
    tn.display(f"line {_n}")

# %% name=bars
tn.output.append("before")
with tn.spinner("Soaking"):
    for _ in tn.progress(range(k.value), title="Boiling"):
        time.sleep(0.001)
tn.output.append("after")

# %% name=replaced
for _n in range(k.value):
    tn.output.replace(f"{_n + 1} of {k.value}")
