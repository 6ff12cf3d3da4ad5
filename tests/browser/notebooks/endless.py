# %%
import tiffin as tn

# %%
spin = tn.ui.checkbox(label="Spin")
spin

# %%
print("going")
while spin.value:
    pass
"stopped" if spin.value else "never started"

# %%
after = "ran" if spin.value else "waited"
after
