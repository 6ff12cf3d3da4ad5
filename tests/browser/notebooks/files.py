# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///

# %% [markdown]
# # Files of a reader

# %%
import tiffin as tn

# %%
data = tn.ui.file(label="Data", accept=".csv", max_size=30_000_000, help="One column of numbers.")
data

# %% name=told
[(file.name, file.type, len(file)) for file in data.value]

# %%
pictures = tn.ui.file(label="Notes", multiple=True, max_size=1000)
pictures

# %% name=read
sorted(file.text() for file in pictures.value)
