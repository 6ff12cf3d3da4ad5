# %% [markdown]
# # A report to read
#
# Some words to begin with.
#
# ## Text of terminals

# %% colours
import json
import sys

import tiffin as tn

for _code in range(8):
    print(f"\x1b[3{_code}mred\x1b[9{_code}mbright\x1b[0;4{_code}mground\x1b[0;38;5;{_code * 30}mfree\x1b[0m")
print("\x1b[1mbold\x1b[0;7minverse\x1b[0;48;2;255;255;0mpaper\x1b[0m")
for _step in range(5):
    print(f"\r{25 * _step}%", end="", file=sys.stderr)
print(file=sys.stderr)

# %% log
for _line in range(1, 201):
    print("line", _line)

# %% [markdown]
# ## What can be changed

# %% widget
way = tn.ui.dropdown(["fine", "broken"], label="Way")
way

# %% reads
if way.value == "broken":
    json.loads("{")
tn.md(f"All is **{way.value}**.")

# %% [markdown]
# ### At the end
#
# | what | how many |
# |------|---------:|
# | rice | 2 |
