# %% name=bars
import altair
import pandas
import plotly.graph_objects as go
import tiffin as tn

pots = pandas.DataFrame({"pot": ["dal", "rice", "curry"], "minutes": [20, 12, 45]})
altair.Chart(pots, title="Minutes a pot").mark_bar().encode(x="minutes", y="pot", tooltip=["pot", "minutes"])

# %% name=lines
go.Figure(go.Scatter(x=[1, 2, 3], y=[4, 1, 3]), layout={"title": {"text": "How hot"}})

# %% name=beside
tn.hstack([altair.Chart(pots).mark_point().encode(x="minutes"), "Text"])
