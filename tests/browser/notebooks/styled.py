# Outputs with styles of their own, inline as authors and libraries write them.

# %% [markdown]
# # Styles
# | dish | price |
# |:-----|------:|
# | dal  |     3 |

# %%
import base64

import tiffin as tn

# %%
size = tn.ui.slider(1, 9, value=4, label="Size")
size

# %%
# As the styler of pandas writes a table.
tn.html(f"""<style type="text/css">
#T_1 th {{ text-align: left; }}
#T_1_row0_col0 {{ background-color: rgb(1, 2, {size.value}); }}
</style>
<table id="T_1" class="dataframe" border="1"><tbody><tr style="text-align: right;">
<th id="head">a &lt; b</th><td id="T_1_row0_col0" STYLE='padding-left: {size.value}px'>{size.value}</td>
</tr></tbody></table>
<style media="print">#T_1 {{ display: none }}</style>
<!-- <p style="color: red"> --><p id="odd" style=color:rgb(3,3,3)>plain</p>""")


# %%
class Drawing:
    def __init__(self, size):
        self.size = size

    def _repr_svg_(self):
        return f"""<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">
<defs><style type="text/css">.bar &gt; rect {{ stroke: rgb(7, 8, {self.size}) }}</style>
<linearGradient id="fade"><stop offset="1" style="stop-color: rgb(9, 9, 9)"/></linearGradient></defs>
<g class="bar"><rect id="bar" height="9" width="30" style="fill: rgb(4, 5, {self.size}); stroke-width: 2"/></g>
<rect id="faded" x="40" width="9" height="9" style="fill: url('#fade')"/></svg>"""


Drawing(size.value)


# %%
class Figure:
    def _repr_png_(self):
        return base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        )


Figure()

# %%
tn.md(f"A *word* <b id='word' style='letter-spacing: {size.value}px'>apart</b>")
