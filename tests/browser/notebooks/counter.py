# /// script
# requires-python = ">=3.11"
# dependencies = ["anywidget"]
# ///

# %% [markdown]
# # A widget that acts in Python

# %%
import anywidget
import traitlets

import tiffin as tn

# %%
class Counter(anywidget.AnyWidget):
    _esm = """
    export default {
      render({ model, el }) {
        const button = document.createElement("button");
        const draw = () => { button.textContent = `${model.get("count")} of ${model.get("double")}`; };
        button.addEventListener("click", () => {
          model.set("count", model.get("count") + 1);
          model.save_changes();
        });
        model.on("change", draw);
        draw();
        el.append(button);
      },
    };
    """
    count = traitlets.Int(2).tag(sync=True)
    double = traitlets.Int(4).tag(sync=True)

    @traitlets.observe("count")
    def _doubled(self, change):
        self.double = 2 * change["new"]


w = tn.ui.anywidget(Counter())
w

# %% name=read
(w.value["count"], w.value["double"])
