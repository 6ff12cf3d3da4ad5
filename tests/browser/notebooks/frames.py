# /// script
# dependencies = ["numpy", "pandas", "matplotlib"]
# ///

# %% [markdown]
# # Frames

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import tiffin as tn

# %%
rows = tn.ui.slider(1, 20, value=5, label="Rows")
rows

# %%
rng = np.random.default_rng(7)
frame = pd.DataFrame(
    {"x": np.arange(20), "y": rng.integers(0, 100, 20).astype("int64"), "kind": ["a", "b"] * 10}
)
frame

# %%
grid = np.add.outer(np.arange(300), np.arange(300)) * 2**33
int(grid.sum())

# %%
figure, axes = plt.subplots(figsize=(3, 2))
axes.plot(frame.x, frame.y)
figure

# %%
part = frame.head(rows.value)
part.groupby("kind").y.sum()

# %%
(int(part.y.sum()), int(grid[rows.value, 1]), str(grid.dtype))
