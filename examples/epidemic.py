# %% [markdown]
# # How an epidemic ends
#
# In 1927 Kermack and McKendrick, a biochemist and a physician in Edinburgh, wrote down three equations. They say
# something that surprises most people: an epidemic does not end because there is nobody left to fall ill. It ends
# while many are still healthy, as soon as those who are ill meet too few of them.
#
# Everybody is *susceptible*, *infected* or *recovered*, as shares $S$, $I$ and $R$ of all:
#
# \begin{align}
# \frac{dS}{dt} &= -\beta S I, \\
# \frac{dI}{dt} &= \beta S I - \gamma I, \\
# \frac{dR}{dt} &= \gamma I.
# \end{align}
#
# All rests on one ratio, $R_0 = \beta / \gamma$: how many people one ill person infects where all others can still
# fall ill. This is the plainest model that there is. It is no forecast of any disease, and its town is invented.

# %% imports
import math

import tiffin as tn

# %% [markdown]
# ## An outbreak in a town

# %% spread
spread = tn.ui.slider(0.8, 6.0, step=0.1, value=2.5, label="One ill person infects, at first (R₀)")
spread

# %% days_ill
days_ill = tn.ui.slider(2, 20, value=7, label="Days that somebody is ill")
days_ill

# %% immune
immune = tn.ui.slider(0, 95, step=1, value=0, label="Vaccinated before, percent")
immune

# %% distance
distance = tn.ui.range_slider(0, 300, step=5, value=(0, 0), label="People keep their distance, from day and to day")
distance


# %% model
PEOPLE = 100_000
DAYS = 300
STEPS = 4  # in a day


def slopes(state, contagion, recovery):
    """How fast the susceptible and the infected become more, per day."""
    susceptible, infected = state
    falling_ill = contagion * susceptible * infected
    return -falling_ill, falling_ill - recovery * infected


def step(state, contagion, recovery, width):
    """The state one step later, by the classical method of Runge and Kutta."""

    def moved(slope, part):
        return tuple(value + part * width * change for value, change in zip(state, slope))

    first = slopes(state, contagion, recovery)
    second = slopes(moved(first, 0.5), contagion, recovery)
    third = slopes(moved(second, 0.5), contagion, recovery)
    fourth = slopes(moved(third, 1.0), contagion, recovery)
    return tuple(
        value + width / 6 * (a + 2 * b + 2 * c + d)
        for value, a, b, c, d in zip(state, first, second, third, fourth)
    )


def outbreak(spread, days_ill, immune, distance, ill_at_first=10):
    """Day by day: shares of the susceptible and the infected. Keeping one's distance halves what is passed on."""
    infected = ill_at_first / PEOPLE
    state = ((1 - immune) * (1 - infected), infected)
    days = [state]
    for quarter in range(DAYS * STEPS):
        apart = distance[0] <= quarter / STEPS < distance[1]
        contagion = spread / days_ill * (0.5 if apart else 1.0)
        state = step(state, contagion, 1 / days_ill, 1 / STEPS)
        if (quarter + 1) % STEPS == 0:
            days.append(state)
    return days


course = outbreak(spread.value, days_ill.value, immune.value / 100, distance.value)


# %% drawing
def draw(course, distance, protected):
    """The town day by day: the infected at the bottom, above them the susceptible, above them all others."""

    def band(lower, upper):
        there = [f"{day * 2},{220 - share * 200:.1f}" for day, share in enumerate(upper)]
        back = [f"{day * 2},{220 - share * 200:.1f}" for day, share in enumerate(lower)]
        return " ".join(there + back[::-1])

    ill = [infected for _, infected in course]
    healthy = [infected + susceptible for susceptible, infected in course]
    grid = "".join(
        f'<text x="-8" y="{224 - share * 2}" text-anchor="end">{share}%</text>' for share in (0, 50, 100)
    )
    ticks = "".join(f'<text x="{day * 2}" y="240" text-anchor="middle">{day}</text>' for day in range(0, 301, 50))
    from_day, to_day = distance
    marked = (
        f'<path d="M{from_day * 2},14 H{to_day * 2}" stroke="currentColor" stroke-width="4"/>'
        f'<text x="{from_day + to_day}" y="8" text-anchor="middle">at a distance</text>'
        if to_day > from_day
        else ""
    )
    return f"""<svg viewBox="-48 -8 664 280" role="img" aria-label="The course of the epidemic"
      style="width:100%;max-width:46rem;height:auto" font-size="13" fill="currentColor" font-family="inherit">
      <rect x="0" y="20" width="600" height="200" fill-opacity=".07"/>
      <polygon points="{band(ill, healthy)}" fill="currentColor" fill-opacity=".26"/>
      <polygon points="{band([0.0] * len(ill), ill)}" fill="var(--tn-accent, #c2410c)"/>
      <path d="M0,220 H600" stroke="currentColor" stroke-opacity=".5"/>{grid}{ticks}{marked}
      <rect x="0" y="256" width="11" height="11" fill="var(--tn-accent, #c2410c)"/><text x="17" y="266">ill</text>
      <rect x="52" y="256" width="11" height="11" fill-opacity=".26"/><text x="69" y="266">can still fall ill</text>
      <rect x="186" y="256" width="11" height="11" fill-opacity=".07"/><text x="203" y="266">{protected}</text>
      <text x="600" y="266" text-anchor="end">day</text>
    </svg>"""


# %% chart
tn.html(draw(course, distance.value, "vaccinated or recovered" if immune.value else "recovered"))

# %% numbers
_peak = max(range(len(course)), key=lambda _day: course[_day][1])
caught = 1 - immune.value / 100 - course[-1][0]
tn.hstack(
    [
        tn.stat(f"{course[_peak][1] * PEOPLE:,.0f}", label="Ill at the worst time", caption=f"on day {_peak}"),
        tn.stat(f"{caught * PEOPLE:,.0f}", label=f"Of {PEOPLE:,} fell ill", caption=f"in {DAYS} days"),
        tn.stat(f"{course[-1][0] * PEOPLE:,.0f}", label="Can still fall ill"),
    ]
)


# %% herd
def herd_share(spread):
    """The share that must be immune so that an outbreak does not grow."""
    return max(0.0, 1 - 1 / spread)


def final_share(spread):
    """The share of all that falls ill in the end, where nobody was immune and nothing is done.

    It solves z = 1 - exp(-R0 z), here by a bisection.
    """
    if spread <= 1:
        return 0.0
    low, high = 1e-9, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - math.exp(-spread * middle) > middle else (low, middle)
    return low


if spread.value <= 1:
    herd = tn.callout("One ill person infects no more than one other: the outbreak dies out by itself.", "success")
else:
    herd = tn.callout(
        f"If **{herd_share(spread.value):.0%}** are immune, an outbreak cannot grow. If nobody is, and nothing is done, "
        f"**{final_share(spread.value):.1%}** fall ill before it ends: more than it would have taken, since those who are "
        "ill when the peak is reached still infect others.",
        "info",
        title="Herd immunity",
    )
herd

# %% [markdown]
# ## What to try
#
# - Let people keep their distance from day 20 to day 60. When they stop, the wave comes all the same: five weeks
#   later, hardly lower, and nearly as many fall ill in all.
# - Now the same forty days from day 40 to day 80, when the wave is almost at its height. That spares every fifth of
#   those who would have fallen ill: now the wave ends before they meet again.
# - Vaccinate just below the share that the box names, and just above it.
