# %% [markdown]
# # Thirty lunches and a train
#
# Every working day in Mumbai, a few thousand carriers in white caps bring something like two hundred
# thousand lunches from the kitchens of the suburbs to the desks of the city. They are called *dabbawalas*,
# which means roughly "those with the box", and they have done it since about 1890: on foot, by bicycle and
# by suburban train, with no computer anywhere. A lunch box changes hands several times on its way, and the
# only thing that tells each carrier where it goes next is a short code painted on its lid.
#
# The often quoted figure of one mistake in sixteen million deliveries is a good story rather than a
# measurement. But it does make one wonder. This notebook asks two small questions with a simple model:
# **how many boxes can one carrier take before lunch gets late**, and **how careful must everybody be for a
# lunch hardly ever to go astray?** The numbers in the model are guesses, chosen to be plausible, and all of
# them stand in one place, so that you can put in better ones.

# %% imports
import random
from html import escape

import tiffin as tn

# %% [markdown]
# ## One morning
#
# A carrier starts at nine. He collects his boxes from door to door, sorts them on the platform with the
# others of his group, and takes the next train that has room for a long wooden crate in its luggage
# compartment. In the city the boxes are sorted once more, and the carrier goes round the offices, where the
# lifts have a mind of their own. The morning is over when the last of his boxes is on its desk.

# %% assumptions
START = 9 * 60  # minutes after midnight
HOME = (1.9, 0.6)  # minutes: to walk or cycle to the next door; to wait there
PLATFORM = (11, 2.5)  # minutes: to sort on the platform, and how much that varies
TRAIN_EVERY = 6  # minutes
NO_ROOM = 0.15  # how often a train has no room for the crate
RIDE = (44, 4)  # minutes: on the train, and how much that varies
CITY = (14, 3)  # minutes: to sort in the city
OFFICE = (1.3, 0.35)  # minutes: to walk to the next office; to hand the box over
LIFT = (0.3, 2.0)  # how often there is a lift to wait for, and for how many minutes on average


# %% morning
def walk(rng, mean):
    """Minutes to the next door: never none, sometimes long."""
    return rng.gammavariate(3, mean / 3)


def last_delivery(rng, boxes):
    """When the last of a carrier's boxes is on its desk, in minutes after midnight."""
    clock = START
    for _ in range(boxes):
        clock += walk(rng, HOME[0]) + rng.expovariate(1 / HOME[1])
    clock += max(4, rng.gauss(*PLATFORM))
    clock += TRAIN_EVERY - clock % TRAIN_EVERY
    while rng.random() < NO_ROOM:
        clock += TRAIN_EVERY
    clock += rng.gauss(*RIDE)
    clock += max(5, rng.gauss(*CITY))
    for _ in range(boxes):
        clock += walk(rng, OFFICE[0]) + rng.expovariate(1 / OFFICE[1])
        if rng.random() < LIFT[0]:
            clock += rng.expovariate(1 / LIFT[1])
    return clock


# %% [markdown]
# ## Many mornings
#
# One morning says little, so the next cell lives through 20,000 of them for every load from 20 boxes to 40,
# some 25 million doors in all. It is the slow cell of this notebook: plain Python takes some twenty-five
# seconds over it. You did not wait for it, because its result came with the page.

# %% simulation
MORNINGS = 20_000
LOADS = range(20, 41)


def count_minutes(boxes):
    """How many mornings end in each minute of the day, for carriers with that many boxes."""
    rng = random.Random(1890 + boxes)
    minutes = [0] * (24 * 60)
    for _ in range(MORNINGS):
        minutes[int(last_delivery(rng, boxes))] += 1
    return minutes


endings = {boxes: count_minutes(boxes) for boxes in LOADS}
print(f"{MORNINGS * len(LOADS):,} mornings, {2 * MORNINGS * sum(LOADS):,} doors")

# %% [markdown]
# ## How late is lunch?
#
# Give the carrier more boxes, or his customers more patience. Nothing is simulated again: the chart only reads
# the counts from above.

# %% load
boxes = tn.ui.slider(20, 40, value=30, label="Boxes per carrier")
boxes

# %% deadline
deadline = tn.ui.dropdown(
    {f"{_minute // 60}:{_minute % 60:02d}": _minute for _minute in range(12 * 60, 13 * 60 + 31, 15)},
    value="12:45",
    label="Lunch is at",
)
deadline

# %% neighbours
neighbours = tn.ui.checkbox(True, label="Show the other loads behind it")
neighbours


# %% drawing
def clock_time(minute):
    """A minute of the day as people say it."""
    return f"{int(minute) // 60}:{int(minute) % 60:02d}"


def outline(counts, first, last, highest, width=640, height=220):
    """The points of a histogram's outline, in steps of two minutes, as an SVG path."""
    step = width / (last - first) * 2
    points = []
    for index, minute in enumerate(range(first, last, 2)):
        top = height - (counts[minute] + counts[minute + 1]) / highest * height
        points.append(f"{index * step:.1f},{top:.1f} {(index + 1) * step:.1f},{top:.1f}")
    return f"M0,{height} L{' '.join(points)} L{width},{height}"


def chart(counts, behind, limit, first=11 * 60 + 20, last=14 * 60):
    """Mornings by the minute in which they end; those that end after `limit` in colour."""
    highest = 1.05 * max(a + b for every in (counts, *behind) for a, b in zip(every[::2], every[1::2]))
    x = (limit - first) / (last - first) * 640
    path = outline(counts, first, last, highest)
    shadows = "".join(
        f'<path d="{outline(every, first, last, highest)}" fill="none" stroke="currentColor" stroke-opacity=".13"/>'
        for every in behind
    )
    hours = "".join(
        f'<text x="{(minute - first) * 4:.0f}" y="243" text-anchor="middle">{clock_time(minute)}</text>'
        for minute in range(11 * 60 + 30, last, 30)
    )
    return f"""<svg viewBox="-14 -18 668 270" role="img" aria-label="When the last box arrives"
      style="width:100%;max-width:46rem;height:auto" font-size="13" fill="currentColor" font-family="inherit">
      <clipPath id="in-time"><rect x="-1" y="-1" width="{x + 1:.1f}" height="222"/></clipPath>
      <clipPath id="too-late"><rect x="{x:.1f}" y="-1" width="{641 - x:.1f}" height="222"/></clipPath>
      {shadows}
      <path d="{path}" fill="currentColor" fill-opacity=".38" clip-path="url(#in-time)"/>
      <path d="{path}" fill="var(--tn-accent, #c2410c)" clip-path="url(#too-late)"/>
      <path d="M-6,220 H646" stroke="currentColor" stroke-opacity=".5"/>
      <path d="M{x:.1f},-2 V226" stroke="var(--tn-accent, #c2410c)" stroke-width="2" stroke-dasharray="5 4"/>
      <text x="{x:.1f}" y="-7" text-anchor="middle" font-weight="600">lunch at {clock_time(limit)}</text>
      {hours}
    </svg>"""


# %% chart
tn.html(
    chart(
        endings[boxes.value],
        [endings[_load] for _load in LOADS if _load % 5 == 0] if neighbours.value else [],
        deadline.value,
    )
)


# %% verdict
def share_late(counts, limit):
    """The share of mornings that end after the minute `limit`."""
    return sum(counts[int(limit) :]) / sum(counts)


late = share_late(endings[boxes.value], deadline.value)
tn.md(
    f"With **{boxes.value} boxes**, the last lunch comes after {clock_time(deadline.value)} on "
    f"**{late:.1%}** of mornings"
    + (f", or about once in {1 / late:,.0f}." if 0 < late < 0.5 else "." if late else ", as far as 20,000 can tell.")
)

# %% [markdown]
# The chart explains why a carrier's load is so evenly kept. Up to a point, another box costs nothing: the
# slack before lunch swallows it. A few boxes later the slack is gone, and every box more makes a good part of
# all mornings late. The table shows how sharp this edge is. It is for the lunch time set above.

# %% table
_rows = [(_load, share_late(endings[_load], deadline.value)) for _load in LOADS if _load % 2 == 0]
tn.html(
    '<table style="font-variant-numeric:tabular-nums"><thead><tr><th scope="col">boxes</th>'
    '<th scope="col">mornings with a late lunch</th><th scope="col" aria-hidden="true"></th></tr></thead><tbody>'
    + "".join(
        f'<tr><td style="text-align:right">{_load}</td><td style="text-align:right">{_share:.1%}</td>'
        f'<td style="width:14rem"><div style="height:.7em;width:{_share:.1%};border-radius:2px;'
        f'background:var(--tn-accent, #c2410c)"></div></td></tr>'
        for _load, _share in _rows
    )
    + "</tbody></table>"
)

# %% [markdown]
# ## The lid
#
# The codes have changed over the years, and differ from group to group. In a few strokes of paint they say
# which part of the city a box goes to, large and in the middle; to which building and floor; and which suburb
# it came from, so that the empty box finds its way home in the afternoon. Paint one of your own. (The numbers
# of the districts are made up here.)

# %% district
district = tn.ui.dropdown(
    {"Churchgate": 1, "Marine Lines": 2, "Nariman Point": 3, "Fort": 4, "Lower Parel": 12},
    value="Nariman Point",
    label="To",
)
district

# %% building
building = tn.ui.text("EXP", placeholder="three letters", label="Building")
building

# %% floor
floor = tn.ui.number(0, 40, step=1, value=6, label="Floor")
floor

# %% origin
origin = tn.ui.dropdown(["Vile Parle", "Andheri", "Borivali", "Dadar", "Ghatkopar"], value="Vile Parle", label="From")
origin


# %% lid
def lid(to, house, storey, home):
    """The lid of a box with its code, seen from above."""
    initials = "".join(word[0] for word in home.split()) or "?"
    return f"""<svg viewBox="0 0 220 220" role="img" aria-label="The lid of a lunch box with its code"
      style="width:13rem;max-width:100%;height:auto" fill="currentColor" text-anchor="middle" font-family="inherit">
      <circle cx="110" cy="110" r="104" fill-opacity=".07" stroke="currentColor" stroke-opacity=".55" stroke-width="3"/>
      <circle cx="110" cy="110" r="91" fill="none" stroke="currentColor" stroke-opacity=".25"/>
      <text x="110" y="138" font-size="80" font-weight="700" fill="var(--tn-accent, #c2410c)">{to}</text>
      <text x="110" y="58" font-size="23" font-weight="600">{escape(house[:5].upper())}</text>
      <text x="176" y="119" font-size="26">{storey}</text>
      <text x="110" y="181" font-size="25">{initials}</text>
    </svg>"""


tn.html(lid(district.value, building.value, int(floor.value or 0), origin.value))

# %% [markdown]
# ## One in sixteen million?
#
# Suppose that each time a box changes hands, the carrier misreads its lid once in so many times. A wrong box
# stands out: it does not belong with the others, and the next in the chain sets most of them right. How often
# does somebody still get a stranger's lunch?

# %% hands
hands = tn.ui.slider(2, 8, value=4, label="Times a box changes hands")
hands

# %% slip
slip = tn.ui.number(10, 1_000_000, step=10, value=5_000, label="A lid is misread once in")
slip

# %% notice
notice = tn.ui.slider(0, 99, value=90, label="Mistakes noticed and set right, in percent")
notice

# %% astray
_misread = 1 / (slip.value or 5_000)
_lost_each = _misread * (1 - notice.value / 100)
astray = 1 - (1 - _lost_each) ** hands.value
tn.md(
    f"About one lunch in **{1 / astray:,.0f}** goes astray: some **{200_000 * astray:,.1f}** of 200,000 on a "
    "working day. "
    f"For one in sixteen million, each carrier could misread a lid once in "
    f"**{16_000_000 * hands.value * (1 - notice.value / 100):,.0f}** times."
)

# %% [markdown]
# Nobody is that careful, so the famous figure is most likely too good. What the little formula shows is where
# the reliability comes from: not from people who make no mistakes, but from short chains, lids that can be
# read at a glance, and colleagues who notice. Move the last slider from 90 to 99: everybody is as careless as
# before, and only a tenth as many lunches get lost.
