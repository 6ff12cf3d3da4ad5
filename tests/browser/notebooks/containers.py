# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///

# %% [markdown]
# # Widgets made of widgets

# %%
import tiffin as tn

# %%
x = tn.ui.slider(1, 9, value=3, label="Shared")
x

# %%
pair = tn.ui.array([x, tn.ui.checkbox(label="Too")], label="A pair")
pair

# %%
order = tn.ui.form(
    tn.ui.dictionary({"who": tn.ui.text("Ada", label="Who"), "cups": tn.ui.number(0, 9, 1, 2, label="Cups")}),
    submit="Order",
    help="Nothing is ordered before you say so.",
)
order

# %%
cleared = tn.ui.form(tn.ui.text("", label="Remark"), submit="Send", clear=True)
cleared

# %%
sentence = tn.md("Take {size}\n\nin {colour}").batch(
    size=tn.ui.dropdown(["small", "large"], label="Size"), colour=tn.ui.radio(["red", "blue"], label="Colour")
)
sentence

# %%
inside = tn.ui.slider(0, 5, label="Inside")
tabs = tn.ui.tabs({"Text": "Some *text*.", "Widget": [inside, "beneath it"], "Number": 42})
tabs

# %%
folds = tn.ui.accordion({"First": "The **first** one.", "Second": tn.html("<b>html</b>")}, several=False)
folds

# %%
tn.hstack([x, tn.md("beside it"), tn.vstack(["one", "two"])])

# %%
f"x {x.value} pair {pair.value}"

# %%
f"order {order.value}"

# %%
f"cleared {cleared.value}"

# %%
f"sentence {sentence.value}"

# %%
f"tabs {tabs.value} folds {folds.value} inside {inside.value}"
