# /// script
# dependencies = ["marimo"]
# ///

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="How long is a day?")

with app.setup:
    import math

    import marimo as mo


@app.cell(hide_code=True)
def _():
    mo.md(r"""
    # How long is a day?

    On the equator, a day lasts about twelve hours all the year round. Go north or south and the summer days
    grow, until somewhere beyond the polar circle the sun forgets to set. How long a day is depends on two
    numbers only: how far from the equator you are, and how far the earth leans towards the sun on that date.

    This is a notebook in the format of marimo. tiffin reads it as it is.
    """)
    return


@app.function
def declination(day):
    """How far north of the equator the sun stands overhead, in degrees, on a day of the year (1 to 365)."""
    # A circle is good enough here: the error is well below a degree.
    return -23.44 * math.cos(2 * math.pi * (day + 10) / 365)


@app.function
def daylight(latitude, day):
    """Hours from sunrise to sunset, on a flat horizon.

    The sun rises when its upper edge does, a quarter of a degree before its centre, and the air bends its
    light round the horizon by about half a degree more: together 0.83 degrees.
    """
    phi, delta = math.radians(latitude), math.radians(declination(day))
    cosine = (math.sin(math.radians(-0.83)) - math.sin(phi) * math.sin(delta)) / (math.cos(phi) * math.cos(delta))
    return 24 / math.pi * math.acos(max(-1, min(1, cosine)))


@app.class_definition
class Drawing:
    """A picture made of SVG, shown as it is."""

    def __init__(self, svg):
        self.svg = svg

    def _repr_html_(self):
        return self.svg


@app.cell
def _():
    latitude = mo.ui.slider(-80, 80, step=1, value=52, label="Latitude, north is positive")
    latitude
    return (latitude,)


@app.cell
def _():
    day = mo.ui.slider(1, 365, step=1, value=172, label="Day of the year")
    day
    return (day,)


@app.cell
def _(day, latitude):
    _hours = daylight(latitude.value, day.value)
    _whole, _minutes = divmod(round(_hours * 60), 60)
    _where = f"{abs(latitude.value)}° {'north' if latitude.value >= 0 else 'south'}"
    _said = {0: "the sun does not rise", 24: "the sun does not set"}.get(
        _hours, f"the day is **{_whole} h {_minutes:02d} min** long"
    )
    mo.md(f"At {_where}, on day {day.value} of the year, {_said}.")
    return


@app.cell
def _(latitude):
    year = [daylight(latitude.value, _day) for _day in range(1, 366)]
    shortest, longest = min(year), max(year)
    return longest, shortest, year


@app.cell
def _(day, year):
    def curve(hours, marked):
        """The year as a curve, with the marked day as a dot."""
        points = " ".join(f"{index * 1.7:.1f},{240 - value * 10:.1f}" for index, value in enumerate(hours))
        lines = "".join(
            f'<path d="M0,{240 - hour * 10} H620" stroke="currentColor" stroke-opacity=".18"/>'
            f'<text x="-8" y="{244 - hour * 10}" text-anchor="end">{hour} h</text>'
            for hour in (0, 6, 12, 18, 24)
        )
        months = "".join(
            f'<text x="{(index + 0.5) * 620 / 12:.0f}" y="262" text-anchor="middle">{name}</text>'
            for index, name in enumerate("JFMAMJJASOND")
        )
        x, y = (marked - 1) * 1.7, 240 - hours[marked - 1] * 10
        return f"""<svg viewBox="-44 -12 676 282" role="img" aria-label="Hours of daylight through the year"
          style="width:100%;max-width:46rem;height:auto" font-size="13" fill="currentColor">
    {lines}{months}
    <polygon points="0,240 {points} 620,240" fill="var(--tn-accent, #c2410c)" fill-opacity=".16"/>
    <polyline points="{points}" fill="none" stroke="var(--tn-accent, #c2410c)" stroke-width="2.5"/>
    <circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="var(--tn-accent, #c2410c)"/>
    </svg>"""

    Drawing(curve(year, day.value))
    return


@app.cell
def _(longest, shortest):
    mo.md(f"""
    Between the shortest day and the longest lie **{longest - shortest:.1f} hours**. Try 0°: on the equator
    every day is some seven minutes longer than half of twenty-four hours, because the air lifts the sun. Then
    try 66°, which is still outside of the polar circle at 66.6°. For the same reason, there are some two and a half
    weeks around midsummer when the sun does not set there either.
    """)
    return


if __name__ == "__main__":
    app.run()
