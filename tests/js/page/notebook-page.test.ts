import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { FolderLink } from "../../../js/page/folder/link.ts";
import { NotebookPage } from "../../../js/page/notebook-page.ts";
import type { RunCommand, Session, SessionListener } from "../../../js/page/session.ts";
import { NOTHING } from "../../../js/page/stats.ts";
import { StatusView } from "../../../js/page/view/status.ts";
import { defineWidgets } from "../../../js/page/widgets/define.ts";
import { type LoadControls, setControlLoader, type TnElement } from "../../../js/page/widgets/element.ts";
import type { KeptEntry } from "../../../js/protocol/rpc.ts";
import type { CellEnded, Json, RunCompleted } from "../../../js/protocol/messages.ts";

const BODY = `
  <header class="tn-bar"><output class="tn-status">These are the author’s results.</output></header>
  <section class="tn-cell" data-cell="w" data-kind="code" data-status="idle" data-origin="export">
    <div class="tn-output"><tn-checkbox name="x" data-element="w-0" data-args='{"label":"X"}' data-value="false">X: False</tn-checkbox>
    <tn-checkbox name="x" data-element="w-0" data-args='{"label":"X"}' data-value="false">X: False</tn-checkbox></div>
    <div class="tn-console"></div><div class="tn-error" hidden></div></section>
  <section class="tn-cell" data-cell="a" data-kind="code" data-status="idle" data-origin="export">
    <div class="tn-output">old</div><div class="tn-console"></div><div class="tn-error" hidden></div></section>`;

class FakeSession implements Session {
  readonly ready = Promise.resolve();
  readonly commands: RunCommand[] = [];
  readonly answers: (readonly [string, string | null])[] = [];
  readonly stopped: string[] = [];
  readonly signals: (readonly [number, string])[] = [];
  closed = false;
  settled = 0;
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

  openScratchpad(): Promise<void> {
    return Promise.resolve();
  }

  assist(): Promise<null> {
    return Promise.resolve(null);
  }

  stop(run: string): void {
    this.stopped.push(run);
  }

  signal(number: number, why: string): void {
    this.signals.push([number, why]);
  }

  readonly given: string[] = [];

  give(digest: string): void {
    this.given.push(digest);
  }

  readonly placed: (readonly [string, string | null])[] = [];

  place(name: string, data: Uint8Array | null): void {
    this.placed.push([name, data === null ? null : new TextDecoder().decode(data)]);
  }

  readonly allowed: string[] = [];

  allow(modules: readonly string[]): void {
    this.allowed.push(...modules);
  }

  ask(): Promise<Json> {
    return Promise.reject(new Error("nothing is known"));
  }

  answer(question: string, text: string | null): void {
    this.answers.push([question, text]);
  }

  settle(): void {
    this.settled += 1;
  }

  close(reason = "it was ended"): void {
    this.closed = true;
    this.fail(reason);
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

let kept: readonly KeptEntry[];
let edited: string | null;

function open(bootOnChange = true, patience = 5): NotebookPage {
  const settings = { keys: { a: "k" }, bootOnChange, patience };
  return new NotebookPage(settings, new StatusView(document), (listener, entries, notebook) => {
    session = new FakeSession(listener);
    kept = entries;
    edited = notebook;
    return session;
  });
}

async function openReady(): Promise<NotebookPage> {
  const page = open();
  const booted = page.boot();
  session.listener.notice({ kind: "ready", at: 1, jspi: true });
  expect(session.settled).toBe(0);
  await session.end();
  await booted;
  expect(session.settled).toBe(1);
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
  it("is followed by another one, which runs nothing; what is lost is stale and named", async () => {
    const page = await openReady();
    const dead = session;
    const run = page.run(["a"]);
    const failure = run.catch((error: unknown) => String(error));
    await settle();
    session.listener.event({ type: "RunStarted", run_id: "r", cells: ["a"], blocked: [] });
    session.fail("RangeError: Maximum call stack size exceeded.");
    expect(await failure).toContain("Maximum call stack");
    await settle();
    expect(html.dataset["kernel"]).toBe("booting");
    expect(session).not.toBe(dead);
    expect(session.commands).toMatchObject([{ type: "Restore", shown: { a: "k" }, values: { "w-0": false }, stored_only: true }]);
    expect(cell("a").dataset["status"]).toBe("stale");
    session.ended("a", { status: "stale", origin: "none", reason: "it was not stored" });
    await session.end();
    expect(html.dataset["kernel"]).toBe("ready");
    expect(notices()).toEqual(["Python stopped (it called itself too deeply) and was restarted: a is stale, run it again."]);
    expect(page.stale).toEqual(["a"]);
    expect(cell("w").dataset["status"]).toBe("idle");
  });

  it("a second time, while it restores, is not followed by a third", async () => {
    const page = await openReady();
    session.fail("gone");
    await settle();
    session.listener.notice({ kind: "ready", at: 1, jspi: true });
    session.fail("gone again");
    await expect(page.ready).rejects.toThrow("gone again");
    expect(html.dataset["kernel"]).toBe("failed");
    expect(line()).toBe("Python could not start: gone again.");
    const restarted = page.restart();
    await session.end();
    await restarted;
    expect(html.dataset["kernel"]).toBe("ready");
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
    expect(session.commands).toMatchObject([{ values: { "w-0": true } }]); // and they see it as they left it
  });

  it("is told of when it cannot even be opened", async () => {
    const page = new NotebookPage({ keys: {}, bootOnChange: true, patience: 5 }, new StatusView(document), () => {
      throw new Error("no workers here");
    });
    await expect(page.boot()).rejects.toThrow("no workers here");
    expect(html.dataset["kernel"]).toBe("failed");
    expect(line()).toBe("Python could not start: no workers here.");
  });
});

describe("a restart", () => {
  it("ends a run that does not stop, and hands on results, keys and values", async () => {
    const page = await openReady();
    const dead = session;
    session.listener.stored({ kind: "blobs", key: "b", data: new Uint8Array(3) });
    session.ended("w", { key: "kw", output: null });
    session.listener.event({ type: "ElementChanged", element: "hidden-0", name: "h", value: 7 });
    expect(page.interrupt()).toBe(false);
    const failure = page.run(["a"]).catch((error: unknown) => String(error));
    await settle();
    session.listener.event({ type: "CellStarted", run_id: "r", cell: "a" });
    expect(page.interrupt()).toBe(true);
    expect(line()).toBe("Stopping…");
    expect(await failure).toBe("Error: Python was restarted");
    expect(dead.closed).toBe(true);
    expect(kept.map((entry) => entry.key)).toEqual(["b"]);
    expect(session.commands).toMatchObject([{ shown: { w: "kw" }, values: { "w-0": false, "hidden-0": 7 } }]);
    dead.ended("w", { status: "error", origin: "none" }); // nobody hears it any more
    session.ended("a", { output: { "text/plain": "again" } });
    await session.end();
    await page.ready;
    expect(cell("w").dataset["status"]).toBe("idle");
    expect(notices()).toEqual(["Python did not stop by itself and was restarted; every result is still there."]);
  });

  it("does not follow an interrupt that was heard", async () => {
    const page = await openReady();
    const first = session;
    const run = page.run(["a"]);
    await settle();
    page.interrupt();
    session.listener.event({ type: "RunCompleted", run_id: session.commands.at(-1)?.run_id ?? "", success: false, stats: NOTHING });
    await session.end(false);
    expect(await run).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 20)); // several times the patience
    expect(session).toBe(first);
    expect(html.dataset["kernel"]).toBe("ready");
  });

  it("can be asked for, also while Python starts: who waits for that waits on", async () => {
    const page = open();
    const booted = page.boot();
    const restarted = page.restart();
    await session.end();
    await Promise.all([booted, restarted]);
    expect(notices()).toEqual(["Python was restarted; every result is still there."]);
  });

  it("brings up to date what it has cost, on request", async () => {
    const page = await openReady();
    const run = page.runStale();
    await settle();
    expect(session.commands.at(-1)).toMatchObject({ type: "RunStale" });
    await session.end();
    expect(await run).toBe(true);
  });
});

describe("a question", () => {
  const form = (): HTMLFormElement | null => cell("a").querySelector("form");

  async function ask(): Promise<void> {
    await openReady();
    session.listener.event({ type: "CellStarted", run_id: "r", cell: "a" });
    session.listener.event({ type: "InputAsked", run_id: "r", cell: "a", question: "q", prompt: "Name? " });
    await settle();
  }

  it("is a labelled form in its cell, with the focus of whoever is not busy elsewhere", async () => {
    await ask();
    expect(form()?.querySelector("label")?.textContent).toBe("Name? ");
    expect(document.activeElement).toBe(form()?.querySelector("input"));
    expect(line()).toBe("a asks for input.");
    const box = form()?.querySelector("input");
    if (box !== null && box !== undefined) box.value = "Ada";
    form()?.dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(session.answers).toEqual([["q", "Ada"]]);
    expect(form()).toBeNull();
  });

  it("may be left without an answer", async () => {
    await ask();
    form()?.querySelector<HTMLButtonElement>("button[type=button]")?.click();
    expect(session.answers).toEqual([["q", null]]);
  });

  it("goes with its cell", async () => {
    await ask();
    session.ended("a", { status: "cancelled", origin: "none", reason: "it was interrupted" });
    await settle();
    expect(form()).toBeNull();
    expect(session.answers).toEqual([]);
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

  it("runs code, and follows what that edits, in the next kernel too", async () => {
    const page = await openReady();
    expect(edited).toBe(null);
    const answer = page.execute("edit()", { runId: "r" });
    await settle();
    expect(session.commands.at(-1)).toEqual({ type: "Execute", run_id: "r", code: "edit()", timeout: null });
    const output = { mimetype: "text/plain", data: "" };
    const notebook = JSON.stringify({ cells: [{ id: "a", name: null, kind: "code", source: "" }] });
    session.listener.notice({ kind: "edited", notebook });
    session.listener.event({ type: "NotebookEdited", run_id: "r", cells: ["a"], put: [], removed: ["w"] });
    session.listener.notice({ kind: "piece", run: "r", message: { event: "done", data: { success: true, output } } });
    await session.end();
    expect(await answer.next()).toEqual({ done: false, value: { event: "done", data: { success: true, output } } });
    expect([...document.querySelectorAll<HTMLElement>(".tn-cell")].map((found) => found.dataset["cell"])).toEqual(["a"]);
    void page.restart();
    expect(edited).toBe(notebook);
    await session.end();
  });

  it("leaves it to whoever sent the code that this was called off", async () => {
    const page = await openReady();
    session.listener.event({ type: "Notice", level: "error", text: "the run was called off before it began", cell: null });
    expect(notices()).toEqual([]);
    expect(page.interrupt("unknown")).toBe(false);
  });
});

describe("files of a reader", () => {
  const choose = (digest: string, content: Blob): void => {
    document.body.dispatchEvent(new CustomEvent("tn-content", { detail: { digest, content } }));
  };

  it("are handed over once, before the value that names them, and again to the next kernel", async () => {
    const page = await openReady();
    choose("d1", new Blob(["one"]));
    choose("d2", new Blob(["two"]));
    const set = page.setValue("w-0", [{ digest: "d1" }]);
    await vi.waitFor(() => { expect(session.commands.at(-1)?.type).toBe("SetValues"); });
    expect(session.given).toEqual(["d1"]);
    session.listener.event({ type: "ElementChanged", element: "f-0", name: "f", value: [{ digest: "d1" }] });
    await session.end();
    await set;
    const again = page.restart();
    await vi.waitFor(() => { expect(session.commands.at(-1)?.type).toBe("Restore"); });
    expect(session.given).toEqual(["d1"]);
    await session.end();
    await again;
  });

  it("that cannot be read are no value, and the page says so", async () => {
    const page = await openReady();
    const content = new File(["x"], "x.csv");
    content.arrayBuffer = () => Promise.reject(new Error("gone"));
    choose("d1", content);
    await expect(page.setValue("w-0", [{ digest: "d1" }])).rejects.toThrow("x.csv has changed or is gone: choose it again");
  });
});

describe("files of the notebook", () => {
  const folderOf = (names: readonly string[]): FolderLink & { heard: unknown[] } => ({
    heard: [],
    give(target, asked = names) {
      if (asked.length === 0) return null;
      for (const name of asked) target.place(name, new Uint8Array([65]));
      return Promise.resolve();
    },
    hear(written) {
      this.heard.push(written);
    },
  });

  it("are there before anything is restored, and again after a restart", async () => {
    const page = open();
    page.folder = folderOf(["a.csv"]);
    expect(await page.checkFiles(["a.csv"]), "nothing runs: Python finds them when it starts").toBe(true);
    void page.boot();
    expect(session.commands).toEqual([]);
    expect(session.placed).toEqual([["a.csv", "A"]]);
    await settle();
    expect(session.commands.map(({ type }) => type)).toEqual(["Restore"]);
    await session.end();
    const first = session;
    const again = page.restart();
    await settle();
    expect(session).not.toBe(first);
    expect(session.placed).toEqual([["a.csv", "A"]]);
    await session.end();
    await again;
  });

  it("that change are there before the cells that read them run", async () => {
    const page = await openReady();
    page.folder = folderOf([]);
    const checked = page.checkFiles(["a.csv", "b.csv"]);
    await settle();
    expect(session.placed.map(([name]) => name)).toEqual(["a.csv", "b.csv"]);
    expect(session.commands.at(-1)).toMatchObject({ type: "CheckFiles", files: ["a.csv", "b.csv"] });
    expect(page.log[0]?.trigger).toBe("a.csv, b.csv were changed");
    await session.end();
    expect(await checked).toBe(true);
  });

  it("are heard of when cells write them", async () => {
    const page = await openReady();
    session.listener.notice({ kind: "written", files: [] }); // nobody listens
    const folder = folderOf([]);
    page.folder = folder;
    const files = [{ name: "out.csv", data: null }];
    session.listener.notice({ kind: "written", files });
    expect(folder.heard).toEqual([files]);
  });
});

describe("packages that are missed", () => {
  const offer = { module: "tn_x", name: "tn-x", cells: ["a"] };

  it("are offered to whoever edits, also when that begins later", async () => {
    const page = await openReady();
    session.listener.notice({ kind: "offered", offer });
    const offered: unknown[] = [];
    page.edits.onOffered((found) => offered.push(found));
    session.listener.notice({ kind: "offered", offer: { ...offer, name: "other" } });
    expect(offered).toEqual([offer, { ...offer, name: "other" }]);
  });

  it("are installed by a run of the cells that import them, or of all that have to", async () => {
    const page = await openReady();
    for (const [cells, sent] of [[["a"], { cells: ["a"], force: true }], [[], { cells: null, force: false }]] as const) {
      const installed = page.install("tn_x", cells);
      await settle();
      expect(session.allowed.at(-1)).toBe("tn_x");
      expect(session.commands.at(-1)).toMatchObject({ type: "RunCells", ...sent });
      await session.end();
      expect(await installed).toBe(true);
    }
  });
});
