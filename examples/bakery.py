# /// script
# dependencies = [
#     "numpy",
#     "pandas",
#     "matplotlib",
# ]
# ///

# %% [markdown]
# # How many loaves to bake?
#
# A small bakery bakes its rye bread once, before dawn. A loaf that nobody buys goes to the pigs; a customer who
# finds the shelf empty goes to the competition. Bake for the average day, and you are short on half of all days.
# Bake for the best day, and you feed a lot of pigs. The right number lies between, and it is an old and pretty
# problem, known by the name of another trade: the *newsvendor*.
#
# The sales below are invented, by the cell that says so. The method is not.

# %% imports
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import tiffin as tn

# %% [markdown]
# ## Two years behind the counter
#
# Demand has a weekly rhythm (nobody buys bread on a Monday, everybody on a Saturday), a slow season, a little
# growth, and luck. What the till records is less than that: on days when the bread ran out, it saw only what was
# there to sell. Here we are lucky, since the baker made a mark for everybody who was sent away.

# %% sales
def invent_sales(seed=7, days=730):
    """Two years of demand for one kind of bread, in loaves a day; closed on Sundays."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2023-01-02", periods=days, freq="D")
    weekday = np.array([38, 52, 55, 61, 83, 104, 0])[dates.dayofweek]
    season = 1 + 0.12 * np.cos(2 * np.pi * (dates.dayofyear.to_numpy() - 20) / 365)
    growth = 1 + 0.1 * np.arange(days) / days
    weather = np.exp(rng.normal(0, 0.16, days))
    demand = rng.poisson(weekday * season * growth * weather)
    frame = pd.DataFrame({"date": dates, "weekday": dates.day_name(), "loaves": demand})
    return frame[frame["loaves"] > 0].reset_index(drop=True)


sales = invent_sales()
sales.tail(8)

# %% weekdays
_order = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
weekdays = sales.groupby("weekday")["loaves"].describe(percentiles=[0.1, 0.5, 0.9]).loc[_order]
weekdays.round(1)

# %% history
def draw_history(frame):
    """Every day as a dot, and the mean of four weeks as a line."""
    figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
    axes.plot(frame["date"], frame["loaves"], ".", markersize=3, alpha=0.45, color="#78716c")
    smooth = frame.set_index("date")["loaves"].rolling("28D").mean()
    axes.plot(smooth.index, smooth, linewidth=2.2, color="#c2410c")
    axes.set_ylabel("loaves wanted")
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    plt.close(figure)  # it is shown once, as the cell's output
    return figure


draw_history(sales)

# %% [markdown]
# ## What a decision is worth
#
# If a loaf brings in *p* and costs *c*, then the best number to bake is the one that suffices on a share
# *(p − c) / p* of all days. But this share is of *future* days, and all we have is two years of past ones. How
# sure can we be? The bootstrap answers with brute force: pretend that the two years had turned out a little
# differently, by drawing months from them again and again, four weeks in a row each, and look how far the
# answer moves.
#
# This is the slow cell.

# %% bootstrap
def resample_quantiles(frame, weekday, shares, rounds=20_000, seed=11):
    """The demand that suffices on each of these shares of days: low, middle and high over resampled histories."""
    rng = np.random.default_rng(seed)
    loaves = frame.loc[frame["weekday"] == weekday, "loaves"].to_numpy()
    blocks = np.lib.stride_tricks.sliding_window_view(loaves, 4)
    found = np.empty((rounds, len(shares)))
    for index in range(rounds):
        drawn = blocks[rng.integers(0, len(blocks), len(loaves) // 4)].ravel()
        found[index] = np.quantile(drawn, shares)
    return np.quantile(found, [0.05, 0.5, 0.95], axis=0)


shares = np.round(np.arange(0.05, 1, 0.05), 2)
quantiles = {_day: resample_quantiles(sales, _day, shares) for _day in weekdays.index}
pd.DataFrame({_day: _found[1] for _day, _found in quantiles.items()}, index=shares).iloc[9::3].round(1)

# %% [markdown]
# ## Your bakery

# %% day
day = tn.ui.dropdown(list(weekdays.index), value="Saturday", label="Day")
day

# %% price
price = tn.ui.slider(2.0, 8.0, step=0.25, value=5.0, label="A loaf sells for")
price

# %% cost
cost = tn.ui.slider(0.5, 4.0, step=0.25, value=1.5, label="A loaf costs to bake")
cost

# %% answer
_share = max(0.05, min(0.95, 1 - cost.value / price.value))
_column = int(np.argmin(np.abs(shares - _share)))
low, middle, high = (round(float(_value)) for _value in quantiles[day.value][:, _column])
tn.md(
    f"Bake **{middle} loaves** on a {day.value}. That suffices on about {shares[_column]:.0%} of them. "
    f"With other luck in the two years behind us, we would have said anything from {low} to {high}."
)

# %% profit
def mean_profit(frame, weekday, baked, sells, costs):
    """What a day brings in on average, for each number of loaves baked."""
    wanted = frame.loc[frame["weekday"] == weekday, "loaves"].to_numpy()
    return np.minimum.outer(baked, wanted).mean(axis=1) * sells - baked * costs


def draw_profit(baked, profit, best, between):
    """The profit as a curve, with the answer and its uncertainty."""
    figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
    axes.axvspan(*between, color="#c2410c", alpha=0.13, linewidth=0)
    axes.axvline(best, color="#c2410c", linewidth=1.4, linestyle="--")
    axes.plot(baked, profit, color="#44403c", linewidth=2)
    axes.set_xlabel("loaves baked")
    axes.set_ylabel("profit a day")
    axes.spines[["top", "right"]].set_visible(False)
    plt.close(figure)  # it is shown once, as the cell's output
    return figure


_baked = np.arange(0, 201, 2)
draw_profit(_baked, mean_profit(sales, day.value, _baked, price.value, cost.value), middle, (low, high))

# %% [markdown]
# Notice how flat the top is. Whoever bakes five loaves too many or too few loses next to nothing; what costs
# money is baking for the wrong *kind* of day, a Saturday's bread on a Monday. And notice on which side the
# curve is steep: as long as bread is dear and flour is cheap, it is better to feed the pigs than to send
# people away.
