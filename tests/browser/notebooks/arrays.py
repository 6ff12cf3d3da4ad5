# %%
import numpy as np
import tiffin as tn

# %%
n = tn.ui.slider(1, 9, label="n")
n

# %%
# NumPy imports its polynomials when they are first asked for.
tn.md(f"{np.arange(n.value)} {np.polynomial.Polynomial([1, 2])(0)}")
