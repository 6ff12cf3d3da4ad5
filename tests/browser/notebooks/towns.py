# /// script
# requires-python = ">=3.11"
# dependencies = ["pandas"]
# ///

# %% [markdown]
# # Frames
# One that fits on the page, and one of a few rows.

# %%
import pandas as pd

towns = pd.DataFrame(
    {
        "town": [f"Town {letter}" for letter in "ABCDEFGHIJKLMNOP"],
        "people": [(n * 7919) % 1000 for n in range(16)],
        "share": [n / 7 for n in range(15)] + [None],
    }
)

# %% name=all
towns

# %% name=few
towns.head(3)
