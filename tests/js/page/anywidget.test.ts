import { beforeEach, describe, expect, it, vi } from "vitest";

import type { TnAsk, TnChange } from "../../../js/page/widgets/element.ts";
import { TnAnywidget } from "../../../js/page/widgets/anywidget.ts";
import { loadDefinition, Unloadable } from "../../../js/page/widgets/anywidget/code.ts";
import type { AnyModel } from "../../../js/page/widgets/anywidget/model.ts";
import type { Json } from "../../../js/protocol/messages.ts";

vi.mock("../../../js/page/widgets/anywidget/code.ts", async (original) => ({
  ...(await original<object>()),
  loadDefinition: vi.fn(),
}));

if (customElements.get("tn-anywidget") === undefined) customElements.define("tn-anywidget", TnAnywidget);

interface Props {
  readonly model: AnyModel;
  readonly el: HTMLElement;
  readonly signal: AbortSignal;
  readonly experimental: { invoke(name: string, message: unknown): Promise<readonly unknown[]> };
}

/** A counter, as its author writes it. */
function render({ model, el }: Props): () => void {
  const button = document.createElement("button");
  const draw = (): void => {
    button.textContent = String(model.get("count"));
  };
  draw();
  model.on("change:count", draw);
  button.addEventListener("click", () => {
    model.set("count", Number(model.get("count")) + 1);
    model.save_changes();
  });
  el.append(button);
  return () => cleanUps.push(button.textContent);
}

let cleanUps: string[];
let changes: TnChange[];
let asked: TnAsk[];

beforeEach(() => {
  cleanUps = [];
  changes = [];
  asked = [];
  define({ render: render as (props: object) => unknown });
  const root = document.createElement("div");
  root.addEventListener("tn-change", (event) => changes.push(event.detail));
  root.addEventListener("tn-ask", (event) => {
    event.preventDefault();
    asked.push(event.detail);
  });
  document.body.replaceChildren(root);
});

function define(definition: object): void {
  vi.mocked(loadDefinition).mockResolvedValue(definition);
}

async function place(args: object = {}, value: Json = { count: 1, other: "x" }, id = "w-0"): Promise<TnAnywidget> {
  const made = new TnAnywidget();
  made.setAttribute("name", "w");
  made.dataset["element"] = id;
  made.dataset["args"] = JSON.stringify({ label: "", type: "Counter", esm: "0".repeat(64), ...args });
  made.dataset["value"] = JSON.stringify(value);
  document.body.firstElementChild?.append(made);
  await vi.waitFor(() => {
    expect(made.dataset["live"]).toBe("");
  });
  return made;
}

const button = (made: TnAnywidget): HTMLButtonElement => {
  const found = made.querySelector("button");
  if (found === null) throw new Error("no button");
  return found;
};
const problem = (made: TnAnywidget): string => made.querySelector(".tn-any-problem")?.textContent ?? "";

describe("an anywidget on the page", () => {
  it("is drawn by its author's code, and named", async () => {
    const made = await place({ label: "Cups", help: "How many?" });
    expect(button(made).textContent).toBe("1");
    const frame = made.querySelector("[role=group]");
    expect(frame?.getAttribute("aria-label")).toBe("Cups");
    const described = frame?.getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(described)?.textContent).toBe("How many?");
    made.remove();
  });

  it("tells of what it saves, and keeps all of its state", async () => {
    const made = await place();
    button(made).click();
    expect(changes.map(({ value, previous, element }) => [element, value, previous])).toEqual([
      ["w-0", { count: 2 }, { count: 1, other: "x" }],
    ]);
    expect(made.value).toEqual({ count: 2, other: "x" });
    made.show({ count: 9 });
    expect(button(made).textContent).toBe("9");
    made.remove();
  });

  it("shown twice is one model with two views", async () => {
    const [one, two] = [await place(), await place()];
    button(one).click();
    expect(changes).toHaveLength(1);
    expect([button(one).textContent, button(two).textContent]).toEqual(["2", "2"]);
    one.remove();
    await Promise.resolve();
    button(two).click();
    expect(changes.at(-1)?.value).toMatchObject({ count: 3 });
    expect(cleanUps).toEqual(["2"]);
    two.remove();
  });

  it("another view that comes later has the state as it is", async () => {
    const one = await place();
    button(one).click();
    const late = await place();
    expect(button(late).textContent).toBe("2");
    expect(late.value).toEqual({ count: 2, other: "x" });
    one.remove();
    late.remove();
  });

  it("moved it stays, removed it is cleaned up, and comes back", async () => {
    const made = await place();
    const parent = made.parentElement;
    const inner = document.createElement("p");
    parent?.append(inner);
    inner.append(made);
    await Promise.resolve();
    expect(cleanUps).toEqual([]);
    made.remove();
    await Promise.resolve();
    expect(cleanUps).toEqual(["1"]);
    parent?.append(made);
    await vi.waitFor(() => {
      expect(made.querySelectorAll("button")).toHaveLength(1);
    });
    made.remove();
  });

  it("initializes once, before any view, and hears then what was said before", async () => {
    const order: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    define({
      initialize: async ({ model }: Props) => {
        model.on("msg:custom", (content) => order.push(`heard ${JSON.stringify(content)}`));
        order.push("initialize");
        await gate;
        return () => order.push("over");
      },
      render: () => {
        order.push("render");
      },
    });
    const placed = Promise.all([place({}, { count: 1 }, "w-1"), place({}, { count: 1 }, "w-1")]);
    await vi.waitFor(() => {
      expect(order).toEqual(["initialize"]);
    });
    document.querySelector<TnAnywidget>("tn-anywidget")?.hear({ a: 1 }, []);
    open();
    const made = await placed;
    expect(order).toEqual(["initialize", 'heard {"a":1}', "render", "render"]);
    for (const view of made) view.remove();
    await Promise.resolve();
    expect(order.at(-1)).toBe("over");
  });

  it("says what its code throws, when it is drawn and afterwards", async () => {
    define({
      render: () => {
        throw new Error("no such colour");
      },
    });
    const failing = await place({}, { count: 1 }, "w-2");
    expect(problem(failing)).toBe("The code of this widget failed: no such colour");
    expect(failing.querySelector(".tn-any-problem")?.getAttribute("role")).toBe("alert");
    define({
      render: ({ model }: Props) => {
        model.on("change:count", () => {
          throw new Error("cannot count");
        });
      },
    });
    const later = await place({}, { count: 1 }, "w-3");
    expect(problem(later)).toBe("");
    later.show({ count: 2 });
    expect(problem(later)).toBe("The code of this widget failed: cannot count");
  });

  it("says why its code is not there, and what it would load", async () => {
    vi.mocked(loadDefinition).mockRejectedValue(new Unloadable("It is not there."));
    expect(problem(await place({}, {}, "w-4"))).toBe("It is not there.");
    const made = await place({ loads: "https://esm.sh/x" }, {}, "w-5");
    expect(problem(made)).toBe("This widget loads code from https://esm.sh/x, which pages refuse: let its code hold all that it needs.");
  });

  it("disabled, nothing in it can be reached", async () => {
    const made = await place({ disabled: true });
    expect(made.querySelector<HTMLElement>(".tn-any-place")?.inert).toBe(true);
    expect(made.querySelector("[role=group]")?.getAttribute("aria-disabled")).toBe("true");
    made.remove();
  });

  it("sends messages as questions, and says when one is lost", async () => {
    define({
      render: ({ model, el }: Props) => {
        el.addEventListener("click", () => {
          model.send({ kind: "go" }, undefined, [new Uint8Array([1])]);
        });
      },
    });
    const made = await place({}, {}, "w-6");
    made.querySelector<HTMLElement>(".tn-any-place")?.click();
    expect(asked.map((question) => question.asked)).toEqual([{ what: "message", content: { kind: "go" }, buffers: ["AQ=="] }]);
    asked[0]?.answer(Promise.reject(new Error("Python is not started on this page")));
    await vi.waitFor(() => {
      expect(problem(made)).toBe("A message of this widget did not reach Python: Python is not started on this page");
    });
  });

  it("calls commands of the object", async () => {
    const answers: unknown[] = [];
    define({
      render: async ({ experimental }: Props) => {
        answers.push(await experimental.invoke("_add", [1, 2]));
      },
    });
    const placed = place({}, {}, "w-7");
    await vi.waitFor(() => {
      expect(asked).toHaveLength(1);
    });
    const content = asked[0]?.asked["content"] as { readonly id: string };
    expect(content).toMatchObject({ kind: "anywidget-command", name: "_add", msg: [1, 2] });
    const made = document.querySelector<TnAnywidget>("tn-anywidget");
    made?.hear({ id: "another" }, []);
    made?.hear({ id: content.id, kind: "anywidget-command-response", response: 3 }, []);
    await placed;
    expect(answers).toEqual([[3, []]]);
  });
});
