# %%
import sys

import tiffin as tn

# %% widgets
trial = tn.ui.text(value="rest", label="Trial")
people = tn.ui.slider(0, 9, value=2, label="People")
tn.md(f"{trial} {people}")

# %% share
share = 12 * people.value
share

# %% stress
print("trying", trial.value)
match trial.value:
    case "loop":
        while True:
            pass
    case "call":
        sum(range(10**12))
    case "recursion":

        def again(n):
            return again(n + 1) + 1

        again(0)
    case "deep recursion":
        sys.setrecursionlimit(10**9)

        class Deep:
            def __repr__(self):
                return repr(self)

        repr(Deep())
    case "bytes":
        held = [bytearray(2**31 - 1), bytearray(2**31 - 1)]
    case "fatal":
        from _pyodide_core import trigger_fatal_error

        trigger_fatal_error()
    case "list":
        kept = []
        while True:
            kept.append(bytearray(2**26))
f"done: {trial.value}"

# %% total
f"{share} after {trial.value}"
