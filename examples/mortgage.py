# %% [markdown]
# # What a house really costs
#
# A bank lends you the price of a house, and for the next twenty-five years you send it the same amount each month.
# At first much of that is interest; towards the end nearly all of it pays for the house. The amount that
# makes it come out even after $n$ months, at an interest of $i$ a month on a loan of $L$, is
#
# $$A = L \cdot \frac{i}{1 - (1 + i)^{-n}}.$$
#
# The houses and rates here are made up, and no bank's fees are in them. It is not advice, it is arithmetic.

# %% imports
import tiffin as tn


# %% sums
def monthly_payment(loan, yearly, years):
    """What is paid each month so that nothing is left after so many years; `yearly` is a share, not percent."""
    rate, months = yearly / 12, years * 12
    return loan / months if rate == 0 else loan * rate / (1 - (1 + rate) ** -months)


def pay_back(loan, yearly, payment, extra=0.0):
    """Month by month: interest paid and what is left of the loan, until nothing is."""
    months, left = [], loan
    while left > 0.005:
        interest = left * yearly / 12
        paid = min(payment + extra, left + interest)
        left = left + interest - paid
        months.append((interest, left))
    return months


def time_said(months):
    """A number of months as people say it."""
    parts = [(months // 12, "year"), (months % 12, "month")]
    return " ".join(f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in parts if count) or "no time"


# %% [markdown]
# ## Your loan

# %% loan
loan = tn.ui.slider(50_000, 600_000, step=10_000, value=250_000, label="Loan")
loan

# %% rate
rate = tn.ui.slider(0.5, 9.0, step=0.25, value=4.0, label="Interest, percent a year")
rate

# %% years
years = tn.ui.slider(5, 40, value=25, label="Years")
years

# %% extra
extra = tn.ui.slider(0, 500, step=25, value=0, label="Paid on top, each month")
extra

# %% schedule
payment = monthly_payment(loan.value, rate.value / 100, years.value)
planned = pay_back(loan.value, rate.value / 100, payment)
quicker = pay_back(loan.value, rate.value / 100, payment, extra.value)
interest = sum(_paid for _paid, _ in quicker)
saved = sum(_paid for _paid, _ in planned) - interest

# %% numbers
tn.hstack(
    [
        tn.stat(f"{payment + extra.value:,.0f}", label="Each month"),
        tn.stat(f"{interest:,.0f}", label="Interest in all", caption=f"{interest / loan.value:.0%} of the loan"),
        tn.stat(time_said(len(quicker)), label="Until it is yours"),
    ]
)


# %% drawing
def by_year(loan, months):
    """Interest and repayment of each year."""
    found, before = [], loan
    for start in range(0, len(months), 12):
        part = months[start : start + 12]
        left = part[-1][1]
        found.append((sum(paid for paid, _ in part), before - left))
        before = left
    return found


def draw_years(rows, longest):
    """A column for each year: what went to the bank, and above it what went into the house."""
    highest = max(sum(row) for row in rows)
    step = 600 / longest
    columns = "".join(
        f'<rect x="{index * step + 1:.1f}" y="{200 - paid / highest * 190:.1f}" width="{step - 2:.1f}"'
        f' height="{paid / highest * 190:.1f}" fill="var(--tn-accent, #c2410c)"/>'
        f'<rect x="{index * step + 1:.1f}" y="{200 - (paid + back) / highest * 190:.1f}" width="{step - 2:.1f}"'
        f' height="{back / highest * 190:.1f}" fill="currentColor" fill-opacity=".28"/>'
        for index, (paid, back) in enumerate(rows)
    )
    ticks = "".join(
        f'<text x="{(year - 0.5) * step:.1f}" y="220" text-anchor="middle">{year}</text>'
        for year in range(1, longest + 1)
        if year == 1 or year % 5 == 0
    )
    return f"""<svg viewBox="-10 -4 620 254" role="img" aria-label="Interest and repayment in each year"
      style="width:100%;max-width:46rem;height:auto" font-size="13" fill="currentColor" font-family="inherit">
      {columns}<path d="M0,200 H600" stroke="currentColor" stroke-opacity=".5"/>{ticks}
      <rect x="0" y="235" width="11" height="11" fill="var(--tn-accent, #c2410c)"/>
      <text x="17" y="245">to the bank</text>
      <rect x="116" y="235" width="11" height="11" fill-opacity=".28"/><text x="133" y="245">into the house</text>
      <text x="600" y="245" text-anchor="end">year</text>
    </svg>"""


# %% chart
tn.html(draw_years(by_year(loan.value, quicker), years.value))

# %% advice
if extra.value:
    advice = tn.callout(
        f"Paying **{extra.value:,}** more each month ends it **{time_said(len(planned) - len(quicker))}** sooner, "
        f"and saves **{saved:,.0f}** of interest.",
        "success",
        title="A little more",
    )
else:
    advice = tn.callout("Pay a little on top each month, and see the columns on the right go.", "info")
advice

# %% [markdown]
# ## If the rate changes
#
# Most loans keep their rate for some years only. What would the same loan cost each month at other rates, and for
# other times? Choose between which rates the table runs.

# %% span
span = tn.ui.range_slider(0.5, 12.0, step=0.5, value=(2.0, 6.0), label="Interest, from and to")
span

# %% table
_low, _high = span.value
_steps = sorted({round(_low + (_high - _low) * _index / 4, 2) for _index in range(5)})
tn.ui.tabs(
    {
        _name: tn.md(
            "\n".join(
                [
                    "| interest | " + " | ".join(f"{_years} years" for _years in (15, 20, 25, 30)) + " |",
                    "|--:" * 5 + "|",
                    *(
                        f"| {_percent:.2f} % | "
                        + " | ".join(
                            f"{_of(monthly_payment(loan.value, _percent / 100, _years), _years):,.0f}"
                            for _years in (15, 20, 25, 30)
                        )
                        + " |"
                        for _percent in _steps
                    ),
                ]
            )
        )
        for _name, _of in {
            "Each month": lambda paid, years: paid,
            "Interest in all": lambda paid, years: paid * 12 * years - loan.value,
        }.items()
    }
)

# %% [markdown]
# Look at the second tab. A longer loan is gentler each month and much dearer in the end, since interest is paid on
# what is left, and more is left for longer.
