# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///

# %% [markdown]
# # Widgets whose code does not run

# %%
import tiffin as tn


# %% name=offer
class Offering:
    def traits(self, sync=True):
        return {}

    def observe(self, handler, names): ...
    def set_trait(self, name, value): ...


# %% name=remote
class Remote(Offering):
    _esm = 'import { html } from "https://esm.sh/htm@3";\nexport default { render() {} };'


tn.ui.anywidget(Remote())

# %% name=hidden
class Hidden(Offering):
    _esm = 'export default { async render() { await import("https:" + "//esm.sh/htm@3"); } };'


tn.ui.anywidget(Hidden())

# %% name=failing
class Failing(Offering):
    _esm = 'export default { render() { throw new Error("no such colour"); } };'


tn.ui.anywidget(Failing())

# %% name=wrong
class Wrong(Offering):
    _esm = "export const answer = 42;"


tn.ui.anywidget(Wrong())

# %% name=pick
which = tn.ui.text("a")
which

# %% name=fresh
class Fresh(Offering):
    _esm = f"export default {{ render({{ el }}) {{ el.textContent = 'fresh {which.value}'; }} }}"


tn.ui.anywidget(Fresh())
