# %% [markdown]
# # Two people, one birthday
#
# How many people must be in a room before it is more likely than not that two of them share a birthday? Most
# people say something near 180. The answer is 23, and the reason is that it is not *your* birthday that has to be
# met: among 23 people there are 253 pairs.
#
# The chance that $n$ people have $n$ different birthdays is a product that shrinks faster than one thinks:
#
# $$\frac{365}{365} \cdot \frac{364}{365} \cdot \frac{363}{365} \cdots \frac{365 - n + 1}{365}$$

# %% imports
import random

import tiffin as tn

# %% different
DAYS = 365  # nobody is born on the 29th of February here


def all_different(people, days=DAYS):
    """The chance that no two of so many people share a birthday, if every day is as likely as any other."""
    chance = 1.0
    for already in range(people):
        chance *= max(0, days - already) / days
    return chance


def one_like_mine(people, days=DAYS):
    """The chance that, of so many people, one of the others has my birthday."""
    return 1 - (1 - 1 / days) ** max(0, people - 1)


curve = [1 - all_different(people) for people in range(101)]
mine = [one_like_mine(people) for people in range(101)]

# %% [markdown]
# ## Fill the room

# %% people
people = tn.ui.slider(2, 100, value=23, label="People in the room")
people


# %% drawing
def draw(curve, mine, marked):
    """The chance of a shared birthday by the number of people, and that of one's own being shared."""

    def line(values):
        return " ".join(f"{index * 6},{220 - value * 200:.1f}" for index, value in enumerate(values))

    grid = "".join(
        f'<path d="M0,{220 - share * 2} H600" stroke="currentColor" stroke-opacity=".16"/>'
        f'<text x="-8" y="{224 - share * 2}" text-anchor="end">{share}%</text>'
        for share in (0, 25, 50, 75, 100)
    )
    ticks = "".join(
        f'<text x="{count * 6}" y="242" text-anchor="middle">{count}</text>' for count in range(0, 101, 20)
    )
    x, y = marked * 6, 220 - curve[marked] * 200
    return f"""<svg viewBox="-48 4 664 250" role="img" aria-label="The chance of a shared birthday"
      style="width:100%;max-width:46rem;height:auto" font-size="13" fill="currentColor" font-family="inherit">
      {grid}{ticks}
      <polyline points="{line(mine)}" fill="none" stroke="currentColor" stroke-opacity=".55" stroke-width="2"
        stroke-dasharray="6 4"/>
      <text x="594" y="{208 - mine[100] * 200:.1f}" text-anchor="end">somebody has my birthday</text>
      <polygon points="0,220 {line(curve)} 600,220" fill="var(--tn-accent, #c2410c)" fill-opacity=".12"/>
      <polyline points="{line(curve)}" fill="none" stroke="var(--tn-accent, #c2410c)" stroke-width="2.5"/>
      <path d="M{x},220 V{y:.1f}" stroke="var(--tn-accent, #c2410c)" stroke-width="1.5" stroke-dasharray="4 3"/>
      <circle cx="{x}" cy="{y:.1f}" r="6" fill="var(--tn-accent, #c2410c)"/>
    </svg>"""


# %% chart
tn.html(draw(curve, mine, people.value))

# %% numbers
_pairs = people.value * (people.value - 1) // 2
tn.hstack(
    [
        tn.stat(f"{curve[people.value]:.1%}", label="Two share a birthday"),
        tn.stat(f"{mine[people.value]:.1%}", label="One of the others has yours"),
        tn.stat(f"{_pairs:,}", label="Pairs"),
    ]
)

# %% [markdown]
# ## Do not believe the formula
#
# A formula is an argument, a count is a fact. Here are 100,000 rooms. People with birthdays drawn by lot come in,
# one after another, until two of them match. It takes some seconds; the counts came with the page.

# %% rooms
ROOMS = 100_000


def people_until_shared(rng):
    """How many people come in, one after another, until one of them has a birthday that is there already."""
    seen = set()
    while (day := rng.randrange(DAYS)) not in seen:
        seen.add(day)
    return len(seen) + 1


_rng = random.Random(23)
_sizes = [people_until_shared(_rng) for _ in range(ROOMS)]
counted = [sum(_size <= _people for _size in _sizes) / ROOMS for _people in range(101)]
f"{ROOMS:,} rooms: on average, {sum(_sizes) / ROOMS:.2f} people had come in when two of them matched."

# %% compared
_error = max(abs(_a - _b) for _a, _b in zip(curve, counted))
tn.callout(
    f"With **{people.value} people**, the formula says {curve[people.value]:.2%}, "
    f"and the count {counted[people.value]:.2%}. Over all sizes of rooms the two are never more than "
    f"{_error:.2%} apart.",
    "success",
    title="Formula and count agree",
)

# %% [markdown]
# ## Other calendars
#
# The same sum is behind files that get the same short name, and keys that open two locks. As a rule of thumb, a
# match becomes likely at about $1.18\sqrt{N}$ things for $N$ possible names, which is why identifiers that must
# never meet are so long.

# %% calendar
calendar = tn.ui.dropdown(
    {
        "Days of the week": 7,
        "Weeks of the year": 52,
        "Days of the year": 365,
        "Minutes of a day": 1440,
        "Four-digit codes": 10_000,
        "Six-digit codes": 1_000_000,
    },
    value="Four-digit codes",
    label="Drawn from",
)
calendar


# %% calendar_answer
def people_needed(days, wanted=0.5):
    """The smallest number of people among whom two match with at least this chance."""
    chance, number = 1.0, 0  # that all are different, among so many
    while 1 - chance < wanted:
        chance *= (days - number) / days
        number += 1
    return number


tn.md(
    f"Among **{people_needed(calendar.value):,}** of {calendar.value:,}, two are the same more often than not "
    f"(the rule of thumb says {1.18 * calendar.value**0.5:,.0f}). "
    f"Among **{people_needed(calendar.value, 0.99):,}**, it is all but certain."
)

# %% [markdown]
# > [!NOTE]
# > Real birthdays are not spread evenly: some months have more than others. That makes a match *more* likely, never
# > less, so that 23 people are enough in any case.
