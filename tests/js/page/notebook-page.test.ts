import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { NotebookPage } from "../../../js/page/notebook-page.ts";
import type { RunCommand, Session, SessionListener } from "../../../js/page/session.ts";
import { NOTHING } from "../../../js/page/stats.ts";
import { StatusView } from "../../../js/page/view/status.ts";
import { defineWidgets } from "../../../js/page/widgets/define.ts";
import { type LoadControls, setControlLoader, type TnElement } from "../../../js/page/widgets/element.ts";
import type { CellEnded, RunCompleted } from "../../../js/protocol/messages.ts";

const BODY = `
  <header class="tn-bar"><output class="tn-status">These are the author’s results.</output></header>
  <section class="tn-cell" data-cell="w" data-kind="code" data-status="idle" data-origin="export">
    <div class="tn-output"><tn-checkbox name="x" data-element="w-0" data-args='{"label":"X"}' data-value="false">X: False</tn-checkbox>
    <tn-checkbox name="x" data-element="w-0" data-args='{"label":"X"}' data-value="false">X: False</tn-checkbox></div>
    <pre class="tn-console"></pre><div class="tn-error" hidden></div></section>
  <section class="tn-cell" data-cell="a" data-kind="code" data-status="idle" data-origin="export">
    <div class="tn-output">old</div><pre class="tn-console"></pre><div class="tn-error" hidden></div></section>`;

class FakeSession implements Session {
  readonly ready = Promise.resolve();
  readonly commands: RunCommand[] = [];
  readonly #ends = new Map<string, { resolve: (end: RunCompleted) => void; reject: (error: Error) => void }>();
  readonly listener: SessionListener;

  constructor(listener: SessionListener) {
    this.listener = listener;
  }

  run(command: RunCommand): Promise<RunCompleted> {
    this.commands.push(command);
    return new Promise((resolve, reject) => this.#ends.set(command.run_id, { resolve, reject }));
  }

  interrupt(): boolean {
    return true;
  }

  close(): void {
    this.fail("it was ended");
  }

  async end(success = true): Promise<void> {
    const run_id = this.commands.at(-1)?.run_id ?? "";
    this.#ends.get(run_id)?.resolve({ type: "RunCompleted", run_id, success, stats: { ...NOTHING, cells_restored: 2 } });
    await settle();
  }

  fail(reason: string): void {
    for (const end of this.#ends.values()) end.reject(new Error(reason));
    this.listener.notice({ kind: "failed", reason });
  }

  ended(cell: string, more: Partial<CellEnded>): void {
    const common = { type: "CellEnded", run_id: "r", cell, status: "idle", origin: "run", key: null, seconds: 0 } as const;
    const nothing = { output: null, displays: null, console: null, error: null, reason: null };
    this.listener.event({ ...common, ...nothing, ...more });
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const html = document.documentElement;
const line = (): string => document.querySelector(".tn-status")?.textContent ?? "";
const notices = (): string[] => [...document.querySelectorAll(".tn-notice")].map((item) => item.textContent);
const widgets = (): TnElement[] => [...document.querySelectorAll<TnElement>("tn-checkbox")];
const cell = (id: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(`[data-cell=${id}]`);
  if (found === null) throw new Error(id);
  return found;
};

let session: FakeSession;
let loaderBefore: LoadControls;

function open(bootOnChange = true): NotebookPage {
  return new NotebookPage({ keys: { a: "k" }, bootOnChange }, new StatusView(document), (listener) => {
    session = new FakeSession(listener);
    return session;
  });
}

async function openReady(): Promise<NotebookPage> {
  const page = open();
  const booted = page.boot();
  await session.end();
  await booted;
  return page;
}

/** What a reader does. */
function tick(widget: TnElement | undefined, value: boolean): void {
  const box = widget?.querySelector<HTMLElement & { checked: boolean }>("wa-checkbox");
  if (box === undefined || box === null) throw new Error("the widget is not live");
  box.checked = value;
  box.dispatchEvent(new Event("change"));
}

beforeEach(async () => {
  loaderBefore = setControlLoader(() => Promise.resolve());
  defineWidgets();
  html.dataset["kernel"] = "off";
  document.body.innerHTML = BODY;
  await settle();
});

afterEach(() => {
  setControlLoader(loaderBefore);
  document.body.replaceWith(document.createElement("body")); // a page listens there for as long as it lives
});

describe("the page", () => {
  it("restores with the keys it shows, then is ready", async () => {
    const page = open();
    const booted = page.boot();
    expect(html.dataset["kernel"]).toBe("booting");
    expect(session.commands).toMatchObject([{ type: "Restore", shown: { a: "k" } }]);
    await session.end();
    await booted;
    expect(html.dataset["kernel"]).toBe("ready");
    expect(line()).toBe("Live. Nothing had to run again.");
    expect(page.stats().cellsRestored).toBe(2);
  });

  it("is busy while a run is under way, and ready after one that failed", async () => {
    const page = await openReady();
    const run = page.run(["a"]);
    await settle();
    expect(html.dataset["kernel"]).toBe("busy");
    session.listener.event({ type: "CellStarted", run_id: "r", cell: "a" });
    await settle();
    expect(cell("a").getAttribute("aria-busy")).toBe("true");
    expect(cell("a").querySelector(".tn-cell-status")?.textContent).toBe("Running.");
    session.ended("a", { status: "error", origin: "none", error: { kind: "E", message: "m", frames: [], hint: null } });
    await session.end(false);
    expect(await run).toBe(false);
    expect(html.dataset["kernel"]).toBe("ready");
    expect(cell("a").dataset).toMatchObject({ status: "error", origin: "none" });
    expect(cell("a").hasAttribute("aria-busy")).toBe(false);
    expect(cell("a").querySelector<HTMLElement>(".tn-error")).toMatchObject({ hidden: false, textContent: "E: m" });
    expect(line()).toContain("1 cell failed.");
  });

  it("keeps a result that is out of date, and says so in the cell and in the status line", async () => {
    const page = await openReady();
    const set = page.setValue("x", true);
    await settle();
    session.ended("a", { status: "stale", origin: "none", reason: "'x' has another value" });
    await session.end();
    await set;
    expect(cell("a").dataset["status"]).toBe("stale");
    expect(cell("a").querySelector(".tn-output")?.textContent).toBe("old");
    expect(cell("a").querySelector(".tn-error")?.textContent).toBe("Out of date: 'x' has another value.");
    expect(cell("a").querySelector(".tn-cell-status")?.textContent).toBe("Out of date.");
    expect(line()).toBe("Live. Nothing had to run again. 1 cell is out of date.");
  });

  it("shows a result together with its status", async () => {
    await openReady();
    session.ended("a", { output: { "text/plain": "new" }, displays: [], console: [{ stream: "stderr", text: "w" }] });
    await settle();
    expect(cell("a").querySelector(".tn-output")?.textContent).toBe("new");
    expect(cell("a").querySelector(".tn-stderr")?.textContent).toBe("w");
    expect(cell("a").dataset).toMatchObject({ status: "idle", origin: "run" });
  });

  it("says what a cell waits for when it was cancelled", async () => {
    await openReady();
    session.ended("a", { status: "cancelled", origin: "none", reason: "b, which it depends on, failed" });
    await settle();
    expect(cell("a").querySelector(".tn-error")?.textContent).toBe("Not run: b, which it depends on, failed.");
    expect(cell("a").querySelector(".tn-output")?.textContent).toBe("");
  });
});

describe("a kernel that dies", () => {
  it("leaves running and waiting cells out of date, with the reason", async () => {
    const page = await openReady();
    const run = page.run(["a"]);
    const failure = run.catch((error: unknown) => String(error));
    await settle();
    session.listener.event({ type: "RunStarted", run_id: "r", cells: ["a"], blocked: [] });
    session.fail("out of memory.");
    expect(await failure).toBe("Error: out of memory.");
    await settle();
    expect(html.dataset["kernel"]).toBe("failed");
    expect(line()).toBe("Python stopped: out of memory.");
    expect(cell("a").dataset["status"]).toBe("stale");
    expect(cell("a").querySelector(".tn-error")?.textContent).toContain("Python stopped before it was done");
    expect(cell("w").dataset["status"]).toBe("idle");
  });

  it("while restoring leaves what was exported as good as it was", async () => {
    const page = open();
    const failure = page.boot().catch((error: unknown) => String(error));
    session.listener.event({ type: "RunStarted", run_id: "r", cells: ["a"], blocked: [] });
    await settle();
    expect(cell("a").dataset["status"]).toBe("queued");
    session.fail("its worker could not be loaded");
    expect(await failure).toBe("Error: its worker could not be loaded");
    await settle();
    expect(line()).toBe("Python could not start: its worker could not be loaded.");
    expect(cell("a").dataset).toMatchObject({ status: "idle", origin: "export" });
    expect(cell("a").querySelector(".tn-output")?.textContent).toBe("old");
  });

  it("tells a reader that their change was not worked out", async () => {
    await openReady();
    tick(widgets()[0], true);
    await settle();
    session.fail("gone");
    await settle();
    expect(notices()).toEqual(["The change of x was not worked out, the results are still the earlier ones: gone."]);
  });

  it("is told of when it cannot even be opened", async () => {
    const page = new NotebookPage({ keys: {}, bootOnChange: true }, new StatusView(document), () => {
      throw new Error("no workers here");
    });
    await expect(page.boot()).rejects.toThrow("no workers here");
    expect(html.dataset["kernel"]).toBe("failed");
    expect(line()).toBe("Python could not start: no workers here.");
  });
});

describe("a widget on the page", () => {
  it("boots Python, waits for it, and sends its value; its twin follows", async () => {
    open();
    tick(widgets()[0], true);
    expect(html.dataset["kernel"]).toBe("booting");
    expect(widgets().map((widget) => widget.value)).toEqual([true, true]);
    expect(session.commands.map((command) => command.type)).toEqual(["Restore"]);
    await session.end();
    expect(session.commands[1]).toMatchObject({ type: "SetValues", values: { "w-0": true } });
    await session.end();
    expect(html.dataset["kernel"]).toBe("ready");
  });

  it("keeps the reader's newer value when the kernel tells of an older one", async () => {
    await openReady();
    tick(widgets()[0], true);
    await settle();
    tick(widgets()[0], false);
    session.listener.event({ type: "ElementChanged", element: "w-0", name: "x", value: true });
    expect(widgets().map((widget) => widget.value)).toEqual([false, false]);
    await session.end();
    session.listener.event({ type: "ElementChanged", element: "w-0", name: "x", value: true });
    expect(widgets().map((widget) => widget.value)).toEqual([true, true]);
  });

  it("goes back where Python is not to be started", async () => {
    open(false);
    tick(widgets()[0], true);
    await settle();
    expect(html.dataset["kernel"]).toBe("off");
    expect(widgets().map((widget) => widget.value)).toEqual([false, false]);
    expect(notices()).toEqual(["Python is not started on this page, so the widgets stay as they are."]);
  });
});
