# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///

# %% [markdown]
# # Widgets of anywidget

# %%
import tiffin as tn


# %% name=offer
class Trait:
    metadata = {"sync": True}

    def __init__(self, default):
        self.default = default

    def validate(self, widget, value):
        if type(value) is not type(self.default):
            raise TypeError(f"{value!r} is no {type(self.default).__name__}")
        return value


class Offering:
    """What objects of the anywidget package offer, without all that this depends on."""

    _css = ""

    def __init__(self, **values):
        self.handlers = {}
        for name, trait in self.kinds.items():
            vars(self)[name] = values.get(name, trait.default)

    def traits(self, sync=True):
        return self.kinds

    def observe(self, handler, names):
        for name in names:
            self.handlers.setdefault(name, []).append(handler)

    def unobserve(self, handler, names):
        for name in names:
            self.handlers[name].remove(handler)

    def set_trait(self, name, value):
        setattr(self, name, value)

    def __setattr__(self, name, value):
        before = vars(self).get(name)
        vars(self)[name] = value
        if name in self.kinds and before != value:
            for handler in self.handlers.get(name, ()):
                handler({"name": name, "old": before, "new": value})


# %% name=count
class Counter(Offering):
    kinds = {"count": Trait(0)}
    _esm = """
    export default {
      render({ model, el }) {
        const button = document.createElement("button");
        button.className = "counting";
        const draw = () => { button.textContent = `${model.get("count")} cups`; };
        button.addEventListener("click", () => {
          model.set("count", model.get("count") + 1);
          model.save_changes();
        });
        model.on("change:count", draw);
        draw();
        el.append(button);
      },
    };
    """
    _css = ".counting { font: inherit; color: rgb(1, 2, 3); background: rgb(250, 250, 250); }"


counter = tn.ui.anywidget(Counter(count=2), label="Cups", help="How many?")
counter

# %% name=told
counter.value["count"] * 10

# %% name=again
tn.md(f"Once more: {counter}")

# %% name=paint
class Painter(Offering):
    kinds = {"pixels": Trait(b"")}
    _esm = """
    export default () => ({
      initialize({ model }) {
        model.set("pixels", new Uint8Array([...new Uint8Array(model.get("pixels").buffer), 9]));
      },
      render({ model, el }) {
        const shown = document.createElement("output");
        const heard = document.createElement("output");
        const ask = document.createElement("button");
        ask.textContent = "Ask";
        shown.className = "shown";
        heard.className = "heard";
        const bytes = () => {
          const { buffer, byteOffset = 0, byteLength } = model.get("pixels");
          return [...new Uint8Array(buffer, byteOffset, byteLength)].join(" ");
        };
        const draw = () => { shown.textContent = bytes(); };
        ask.addEventListener("click", () => model.send({ times: 3 }, undefined, [new Uint8Array([1, 2])]));
        model.on("change:pixels", draw);
        model.on("msg:custom", ({ said }, [buffer]) => { heard.textContent = `${said} ${buffer.getUint8(1)}`; });
        draw();
        el.append(ask, shown, heard);
        return () => { globalThis.cleaned = (globalThis.cleaned ?? 0) + 1; };
      },
    });
    """

    def send(self, content, buffers=None):
        pass

    def _handle_custom_msg(self, content, buffers):
        scaled = bytes(content["times"] * byte for byte in buffers[0])
        self.send({"said": "scaled"}, [scaled])
        self.pixels = scaled


painter = tn.ui.anywidget(Painter(pixels=bytes([5, 6])))
painter

# %% name=painted
list(painter.value["pixels"])

# %% name=disabled
tn.ui.anywidget(Counter(count=7), label="Fixed", disabled=True)
