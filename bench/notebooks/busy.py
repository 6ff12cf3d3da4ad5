# %% switch
import tiffin as tn

spin = tn.ui.checkbox(label="Spin")
spin

# %% busy
while spin.value:
    pass
