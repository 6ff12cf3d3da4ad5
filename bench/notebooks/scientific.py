# /// script
# dependencies = ["numpy", "pandas"]
# ///

# %% imports
import numpy as np
import pandas as pd

# %% frame
pd.DataFrame({"dish": ["dal", "rice", "roti"], "boxes": np.arange(3)})
