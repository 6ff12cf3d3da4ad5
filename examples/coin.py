# %% [markdown]
# # Is this coin fair?
#
# You throw a coin ten times, and heads comes up seven times. Is the coin bent? Perhaps; but a perfect coin does that
# or worse, in one direction or the other, about once in three times. Seventy heads in a hundred throws are another
# matter. How sure one may be has an answer that Thomas Bayes, a minister in Tunbridge Wells, left among his
# papers when he died in 1761.
#
# Do not ask for *the* chance of heads, $p$. Keep every $p$ between 0 and 1 in mind, each with a weight. Each throw
# multiplies these weights by how well each $p$ foretold it: after $h$ heads and $t$ tails,
#
# $$w(p) \;\propto\; p^{h}\,(1-p)^{t} \cdot w_0(p),$$
#
# where $w_0$ is what you believed at first.

# %% imports
import math
import random

import tiffin as tn

# %% [markdown]
# ## The throws
#
# The coin is imaginary, and you may bend it. What it shows is drawn by lot, and always the same for the same coin,
# so that ten throws are the first ten of a hundred.

# %% bend
bend = tn.ui.slider(0, 100, value=60, label="True chance of heads, percent")
bend

# %% throws
throws = tn.ui.slider(5, 500, step=5, value=50, label="Throws")
throws

# %% belief
belief = tn.ui.radio(
    {
        "I know nothing": (1, 1),
        "It looks like a coin": (30, 30),
        "It comes from a magician": (0.5, 0.5),
    },
    value="I know nothing",
    label="What I believe at first",
)
belief

# %% outcome
_rng = random.Random(1761)
_lots = [_rng.random() for _ in range(500)]
shown = [_lot < bend.value / 100 for _lot in _lots[: throws.value]]
heads, tails = sum(shown), len(shown) - sum(shown)
_letters = "".join("H" if _head else "t" for _head in shown[:100]) + (" …" if len(shown) > 100 else "")
tn.md(f"`{_letters}`\n\n{heads} heads, {tails} tails.")


# %% bayes
STEPS = 1_000  # how finely the chances between 0 and 1 are weighed


def weigh(heads, tails, before):
    """The weight of each chance of heads, as shares that sum to 1.

    `before` are heads and tails seen in the mind, as it were: the parameters of a beta distribution.
    """
    a, b = heads + before[0], tails + before[1]
    middles = [(index + 0.5) / STEPS for index in range(STEPS)]
    logs = [(a - 1) * math.log(p) + (b - 1) * math.log(1 - p) for p in middles]
    highest = max(logs)
    weights = [math.exp(value - highest) for value in logs]
    total = sum(weights)
    return [weight / total for weight in weights]


def between(weights, low, high):
    """How much weight lies between two chances."""
    return sum(weights[round(low * STEPS) : round(high * STEPS)])


def narrowest(weights, share):
    """The shortest stretch of chances that holds this share of the weight."""
    order = sorted(range(STEPS), key=weights.__getitem__, reverse=True)
    held, taken = 0.0, []
    for index in order:
        held += weights[index]
        taken.append(index)
        if held >= share:
            break
    return min(taken) / STEPS, (max(taken) + 1) / STEPS


weights = weigh(heads, tails, belief.value)
low, high = narrowest(weights, 0.95)


# %% drawing
def draw(weights, low, high, true):
    """The weight of every chance of heads, with the stretch that holds 95 percent, and the truth."""
    # The ends are left out of the scale: a magician's weights go up steeply there.
    highest = max(weights[5:-5])
    points = [
        f"{index * 600 / STEPS:.1f},{210 - min(1.05, weight / highest) * 190:.1f}"
        for index, weight in enumerate(weights)
    ]
    inside = " ".join(points[round(low * STEPS) : round(high * STEPS)])
    ticks = "".join(
        f'<text x="{share * 6}" y="232" text-anchor="middle">{share}%</text>' for share in range(0, 101, 25)
    )
    x = true * 600
    return f"""<svg viewBox="-20 -8 640 248" role="img" aria-label="How likely each chance of heads is"
      style="width:100%;max-width:46rem;height:auto" font-size="13" fill="currentColor" font-family="inherit">
      <polygon points="{low * 600:.1f},210 {inside} {high * 600:.1f},210" fill="var(--tn-accent, #c2410c)"
        fill-opacity=".22"/>
      <polyline points="{" ".join(points)}" fill="none" stroke="var(--tn-accent, #c2410c)" stroke-width="2.2"/>
      <path d="M-6,210 H606" stroke="currentColor" stroke-opacity=".5"/>
      <path d="M300,210 V10" stroke="currentColor" stroke-opacity=".35"/>
      <path d="M{x:.1f},210 V10" stroke="currentColor" stroke-width="1.5" stroke-dasharray="5 4"/>
      <text x="{x:.1f}" y="4" text-anchor="middle">the truth</text>{ticks}
    </svg>"""


# %% chart
tn.html(draw(weights, low, high, bend.value / 100))

# %% numbers
fair = between(weights, 0.48, 0.52)
tn.hstack(
    [
        tn.stat(f"{low:.0%} to {high:.0%}", label="Chance of heads", caption="with 95 percent of the weight"),
        tn.stat(f"{fair:.0%}", label="Fair to within 2 percent"),
        tn.stat(f"{between(weights, 0.5, 1):.1%}", label="Bent towards heads"),
    ]
)

# %% verdict
if low <= 0.5 <= high:
    verdict = tn.callout(
        "A fair coin could well have done this. Throw more, or bet little.", "info", title="Not settled"
    )
else:
    _side = "heads" if low > 0.5 else "tails"
    verdict = tn.callout(
        f"The whole stretch lies on the side of **{_side}**. I would not play.", "warn", title="Bent"
    )
verdict

# %% [markdown]
# ## What to try
#
# - Set the truth to 50 and go from few throws to many: the stretch narrows with the square root of their number, so
#   four times as many throws make you twice as sure. It is never certain.
# - Bend the coin to 65. Somebody who knows nothing is convinced after 30 throws; who believes that it *looks like a
#   coin* needs 90. With 500 throws, both believe nearly the same.
#
# > [!TIP]
# > The truth lies outside of the coloured stretch for about one coin in twenty. That is not a mistake in the
# > method: it is what 95 percent means.
