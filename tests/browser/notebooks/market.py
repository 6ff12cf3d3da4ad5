# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///

# %% [markdown]
# # A market stall
# Twelve *apples*, and what they cost.

# %%
import math
import time

import tiffin as tn

# %%
count = tn.ui.slider(1, 12, value=4, label="Apples")
count

# %%
price = tn.ui.number(start=0.0, stop=9.0, step=0.25, value=0.5, label="Price")
wrapped = tn.ui.checkbox(label="Gift wrap")
name = tn.ui.text(value="Ada", label="Name")
fruit = tn.ui.dropdown({"Apple": 1, "Pear": 2}, label="Fruit")
tn.md(f"{price} {wrapped} {name} {fruit}")

# %%
time.sleep(0.4)
table = [math.sqrt(n) for n in range(60_000)]
print("cooked the table")

# %%
_discount = 0.9


def total(apples):
    return round(apples * price.value * (_discount if apples > 6 else 1) * fruit.value, 2)


# %%
print("weighing", count.value)
tn.html(
    f"<p class='total'>{name.value} pays <b>{total(count.value)}</b>{' wrapped' if wrapped.value else ''}</p>"
)

# %%
weight = table[count.value * 100]
tn.md(f"The square root of **{count.value * 100}** is `{weight:.4f}`.")

# %%
{"untouched": True, "rows": len(table)}
