/** The exported page, alive: cells and widgets kept in step with a kernel. */

import type { Json, KernelEvent, RunCompleted } from "../protocol/messages.ts";
import type { RunCommand, Session, SessionListener, SessionNotice } from "./session.ts";
import { abandoned, cellOf, type CellState, type CellStatus, planned, reduceCell } from "./state/cell-state.ts";
import { ValueQueue } from "./state/values.ts";
import { type BootStats, NOTHING, type PageStats, pageStats } from "./stats.ts";
import { CellView } from "./view/cell.ts";
import { showNotice } from "./view/notices.ts";
import { readyText, type StatusView } from "./view/status.ts";
import type { TnChange, TnElement } from "./widgets/element.ts";

export type OpenSession = (listener: SessionListener) => Session;

export interface PageSettings {
  /** Cell -> key of the result on show. */
  readonly keys: Readonly<Record<string, string>>;
  /** Whether a widget's change may start Python. */
  readonly bootOnChange: boolean;
}

export class NotebookPage {
  /** Resolves when the kernel has brought every cell to its result; rejects when it cannot start. */
  readonly ready: Promise<void>;
  readonly #openSession: OpenSession;
  readonly #settings: PageSettings;
  readonly #status: StatusView;
  readonly #cells = new Map<string, CellView>();
  readonly #values = new ValueQueue((values) => this.#sendValues(values));
  #boot: BootStats = { path: null, reason: null, phases: {} };
  #session: Session | null = null;
  #restored: Promise<RunCompleted> | null = null;
  #stats = NOTHING;
  #runs = 0;
  #isReady = false;
  /** Views change in the order of the events, also where rendering takes a while. */
  #drawing: Promise<void> = Promise.resolve();
  #settle: { resolve: () => void; reject: (error: Error) => void } = {
    resolve: () => undefined,
    reject: () => undefined,
  };

  constructor(settings: PageSettings, status: StatusView, openSession: OpenSession) {
    this.#settings = settings;
    this.#status = status;
    this.#openSession = openSession;
    this.ready = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.ready.catch(() => undefined); // also shown in the status line
    for (const section of document.querySelectorAll<HTMLElement>(".tn-cell")) {
      const view = new CellView(section);
      this.#cells.set(view.id, view);
    }
    document.body.addEventListener("tn-change", (event) => {
      this.#takeChange(event.detail);
    });
    document.body.addEventListener("tn-problem", (event) => {
      showNotice({ level: "warning", text: event.detail.text });
    });
  }

  /** Starts the kernel, once; resolves when every cell is restored. */
  boot(): Promise<void> {
    if (this.#session === null && this.#status.kernel === "off") this.#start();
    return this.ready;
  }

  /** Runs these cells, whatever is cached, and what depends on them; without ids, brings all up to date. */
  async run(ids?: readonly string[]): Promise<boolean> {
    await this.boot();
    const force = ids !== undefined;
    const completed = await this.#track({ type: "RunCells", run_id: newRunId(), cells: ids ?? null, force });
    return completed.success;
  }

  /**
   * Sets a widget, by name or element id; resolves when all that depends on it has run, rejects when the kernel
   * stops before that.
   */
  setValue(name: string, value: Json): Promise<void> {
    this.boot().catch(() => undefined); // the queue waits for the very same, and rejects
    return this.#values.set(name, value);
  }

  interrupt(): boolean {
    const asked = this.#session?.interrupt() ?? false;
    if (asked) this.#status.say("Stopping…");
    return asked;
  }

  /** Ends the kernel, whatever it is doing; what it has not finished is out of date. */
  end(): void {
    this.#session?.close();
  }

  stats(): PageStats {
    return pageStats(this.#stats, this.#boot);
  }

  #start(): void {
    this.#status.setKernel("booting");
    this.#status.say("Starting…");
    try {
      this.#session = this.#openSession({
        event: (event) => {
          this.#receive(event);
        },
        notice: (notice) => {
          this.#hear(notice);
        },
      });
    } catch (error) {
      this.#hear({ kind: "failed", reason: messageOf(error) });
      this.#settle.reject(asError(error));
      return;
    }
    this.#restored = this.#track({ type: "Restore", run_id: newRunId(), shown: this.#settings.keys });
    this.#restored.then(
      () => {
        this.#isReady = true;
        this.#rest();
        this.#settle.resolve();
      },
      (error: unknown) => {
        this.#settle.reject(asError(error));
      },
    );
  }

  /** A reader changed a widget. Nothing may look as if it had been worked out when it was not. */
  #takeChange(change: TnChange): void {
    if (!this.#settings.bootOnChange && this.#status.kernel === "off") {
      for (const element of elementsOf(change.element)) element.show(change.previous);
      showNotice({ level: "info", text: "Python is not started on this page, so the widgets stay as they are." });
      return;
    }
    for (const element of elementsOf(change.element)) {
      if (element.value !== change.value) element.show(change.value);
    }
    this.setValue(change.element, change.value).catch((error: unknown) => {
      const text = `The change of ${change.name} was not worked out, the results are still the earlier ones: ${messageOf(error)}.`;
      showNotice({ level: "error", text });
    });
  }

  async #sendValues(values: Readonly<Record<string, Json>>): Promise<void> {
    await this.ready;
    await this.#track({ type: "SetValues", run_id: newRunId(), values });
  }

  async #track(command: RunCommand): Promise<RunCompleted> {
    if (this.#session === null) throw new Error("Python is not running");
    this.#runs += 1;
    if (this.#isReady && this.#status.kernel !== "failed") this.#status.setKernel("busy");
    try {
      const completed = await this.#session.run(command);
      this.#stats = completed.stats;
      await this.#drawing;
      return completed;
    } finally {
      this.#runs -= 1;
      if (this.#isReady) this.#rest();
    }
  }

  #rest(): void {
    if (this.#runs > 0 || this.#status.kernel === "failed") return;
    const { cells_run, cells_restored } = this.#stats;
    this.#status.say(readyText(cells_run, cells_restored, this.#count("error"), this.#count("stale")));
    this.#status.setKernel("ready");
  }

  #count(status: CellStatus): number {
    return [...this.#cells.values()].filter((cell) => cell.state.status === status).length;
  }

  #receive(event: KernelEvent): void {
    switch (event.type) {
      case "KernelReady":
        document.documentElement.dataset["python"] = event.python;
        break;
      case "RunStarted":
        for (const id of event.cells) this.#change(id, planned);
        break;
      case "ElementChanged":
        // A reader who is ahead of the kernel keeps what they chose.
        if (this.#values.isWaiting(event.element) || this.#values.isWaiting(event.name)) break;
        for (const element of elementsOf(event.element)) element.show(event.value);
        break;
      case "Notice":
        showNotice(event);
        break;
      case "CellStarted":
        if (this.#isReady) this.#status.sayRunning(event.cell);
        this.#pass(event);
        break;
      case "CellQueued":
      case "CellConsole":
      case "CellDisplay":
      case "CellEnded":
        this.#pass(event);
        break;
      case "NotebookEdited":
        break; // a page of this kind shows the notebook that it was made for
      case "RunCompleted":
        this.#stats = event.stats;
        break;
    }
  }

  #pass(event: KernelEvent): void {
    const id = cellOf(event);
    if (id !== null) this.#change(id, (state) => reduceCell(state, event));
  }

  #change(id: string, next: (state: CellState) => CellState): void {
    const view = this.#cells.get(id);
    if (view === undefined) return;
    this.#drawing = this.#drawing
      .then(() => view.show(next(view.state)))
      .catch((error: unknown) => {
        showNotice({ level: "error", text: `${id} could not be shown: ${messageOf(error)}.` });
      });
  }

  #hear(notice: SessionNotice): void {
    switch (notice.kind) {
      case "phase":
        this.#note(notice.phase, notice.at);
        this.#status.sayPhase(notice.phase, notice.detail);
        break;
      case "path":
        this.#boot = { ...this.#boot, path: notice.path, reason: notice.reason };
        break;
      case "ready":
        this.#note("started", notice.at);
        document.documentElement.dataset["jspi"] = String(notice.jspi);
        break;
      case "failed":
        this.#fail(notice.reason);
        break;
    }
  }

  /** Keeps when a phase began first. */
  #note(phase: string, at: number): void {
    this.#boot = { ...this.#boot, phases: { ...this.#boot.phases, [phase]: this.#boot.phases[phase] ?? at } };
  }

  #fail(reason: string): void {
    const restoring = !this.#isReady;
    this.#status.say(`${restoring ? "Python could not start" : "Python stopped"}: ${withoutStop(reason)}.`);
    this.#status.setKernel("failed");
    for (const id of this.#cells.keys()) {
      this.#change(id, (state) => abandoned(state, "Python stopped before it was done", restoring));
    }
  }
}

function elementsOf(id: string): readonly TnElement[] {
  return [...document.querySelectorAll<TnElement>(`[data-element="${CSS.escape(id)}"]`)].filter(
    (element) => typeof element.show === "function",
  );
}

function withoutStop(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}

function messageOf(error: unknown): string {
  return withoutStop(error instanceof Error ? error.message : String(error));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function newRunId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
