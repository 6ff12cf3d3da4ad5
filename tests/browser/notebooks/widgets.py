# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///

# %% [markdown]
# # Every widget
# One of each kind, and a table of what they say.

# %%
import datetime as dt

import tiffin as tn

# %%
count = tn.ui.slider(1, 12, value=4, label="Count", help="How many there are.")
count

# %%
price = tn.ui.number(0.0, 9.0, 0.25, 0.5, label="Price", help="For one of them.")
price

# %%
who = tn.ui.text("Ada", label="Name", placeholder="Who pays?")
who

# %%
wrapped = tn.ui.checkbox(label="Gift wrap", help="It costs nothing.")
wrapped

# %%
fruit = tn.ui.dropdown({"Apple": 1, "Pear": 2}, label="Fruit")
fruit

# %%
span = tn.ui.range_slider(0, 10, value=(2, 5), label="Span")
span

# %%
note = tn.ui.text_area("one\ntwo", label="Note", rows=3, help="As long as you like.")
note

# %%
dark = tn.ui.switch(label="After dark")
dark

# %%
size = tn.ui.radio({"Small": 1, "Middle": 2, "Large": 3}, value=2, label="Size", help="Of each of them.")
size

# %%
way = tn.ui.radio(["here", "there"], label="Way", inline=True)
way

# %%
extras = tn.ui.multiselect(["nuts", "honey", "cream"], ["nuts"], label="Extras", max_selections=2)
extras

# %%
day = tn.ui.date("2026-01-01", "2026-12-31", "2026-11-22", label="Day")
day

# %%
meeting = tn.ui.datetime(value="2026-11-22T13:45", label="Meeting")
meeting

# %%
alarm = tn.ui.time(value=dt.time(7, 30), label="Alarm", disabled=True)
alarm

# %%
clicks = tn.ui.button("Count me", help="Each click counts.")
clicks

# %%
run = tn.ui.run_button("Run it")
run

# %%
tick = tn.ui.refresh(1, "Look again")
tick

# %%
heard = tn.ui.slider(0, 9, label="Heard", on_change=lambda value: print("heard", value))
heard

# %%
plain = {
    "count": count.value,
    "price": price.value,
    "who": who.value,
    "wrapped": wrapped.value,
    "fruit": fruit.value,
}
plain

# %%
more = {"span": span.value, "note": note.value, "dark": dark.value, "size": size.value, "way": way.value}
more

# %%
chosen = {"extras": extras.value, "day": day.value, "meeting": meeting.value, "alarm": alarm.value}
chosen

# %%
clicks.value

# %%
tn.stop(not run.value, "not run yet")
f"ran with {count.value}"

# %%
"not yet" if tick.value is None else f"refreshed in {tick.value.year // 1000}k"

# %%
heard.value
