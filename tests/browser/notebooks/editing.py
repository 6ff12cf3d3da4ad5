# %% [markdown]
# # Something to edit
#
# With *text* in it.

# %% name=amount
import tiffin as tn

amount = tn.ui.slider(1, 10, value=3, label="Amount")
amount

# %% name=squares
squares = [n * n for n in range(amount.value)]
sum(squares)

# %% name=twice
twice = 2 * sum(squares)
twice
