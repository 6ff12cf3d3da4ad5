# %% [markdown]
# # Colours

# %%
import random
import tiffin as tn
n = tn.ui.slider(1, 9, label="n")
n

# %%
import colorsys
tn.md(f"{n.value} colours, {colorsys.rgb_to_hls(1, 1, 0)[1]}")

# %%
f"{n.value} {random.random()}"
