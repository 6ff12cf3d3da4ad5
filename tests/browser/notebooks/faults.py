# %%
import tiffin as tn

# %%
people = tn.ui.slider(0, 6, value=2, label="People")
spin = tn.ui.checkbox(label="Spin")
tn.md(f"{people} {spin}")

# %%
print("sharing among", people.value)
share = 12 // people.value
share

# %%
f"everyone has {share}"

# %%
print("going")
while spin.value:
    pass
"stopped"
