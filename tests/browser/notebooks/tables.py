# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///

# %% [markdown]
# # Tables
# A small one, which is here as a whole, and one of which only a part is.

# %%
import tiffin as tn

# %%
stalls = tn.ui.table(
    [
        {"stall": "Masala Corner", "cups": 310, "price": 1.5, "open": "2026-03-01"},
        {"stall": "Lemon & Leaf", "cups": 95, "price": 2.25, "open": "2026-01-15"},
        {"stall": "Station Tea", "cups": 1200, "price": 0.8, "open": None},
        {"stall": "Old Harbour", "cups": None, "price": 1.75, "open": "2025-11-30"},
        {"stall": "lemon grove", "cups": 95, "price": 3.0, "open": "2026-06-21"},
    ],
    selection="multi",
    columns={"stall": "Stall", "cups": "Cups a day", "price": "Price", "open": "Open since"},
    format={"price": ",.2f"},
    label="Tea stalls",
    help="Select some to see them below.",
)
stalls

# %% name=chosen
[row["stall"] for row in stalls.value]

# %%
count = 1_000_000
big = tn.ui.table(
    {"number": range(count), "square": [n * n for n in range(count)], "odd": [n % 2 == 1 for n in range(count)]},
    selection="single",
    label="Squares",
    page_size=8,
)
big

# %% name=picked
big.value["square"]
