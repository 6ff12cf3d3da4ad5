/** The exported page, alive: cells and widgets kept in step with a kernel. */

import type { Json, KernelEvent, KernelStats, RunCompleted } from "../protocol/messages.ts";
import type { RunCommand, Session, SessionListener, SessionNotice } from "./session.ts";
import { cellOf, type CellState, reduceCell } from "./state/cell-state.ts";
import { ValueQueue } from "./state/values.ts";
import { CellView } from "./view/cell.ts";
import { phaseText, readyText, StatusView } from "./view/status.ts";
import type { TnElement } from "./widgets/element.ts";

export type OpenSession = (listener: SessionListener) => Session;

/** What `tiffin.stats()` returns; times in milliseconds since the worker started. */
export interface PageStats {
  readonly cellsRun: number;
  readonly cellsRestored: number;
  readonly manifestsFetched: number;
  readonly blobsFetched: number;
  readonly blobsRejected: number;
  readonly valuesMaterialised: number;
  readonly boot: Readonly<Record<string, number>>;
}

const NOTHING: KernelStats = {
  cells_run: 0,
  cells_restored: 0,
  manifests_fetched: 0,
  blobs_fetched: 0,
  blobs_rejected: 0,
  values_materialised: 0,
};

export class NotebookPage {
  /** Resolves when the kernel has brought every cell to its result; rejects when it cannot start. */
  readonly ready: Promise<void>;
  readonly #openSession: OpenSession;
  readonly #keys: Readonly<Record<string, string>>;
  readonly #status = new StatusView(document);
  readonly #cells = new Map<string, CellView>();
  readonly #values = new ValueQueue((values) => this.#sendValues(values));
  readonly #boot: Record<string, number> = {};
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

  constructor(keys: Readonly<Record<string, string>>, openSession: OpenSession) {
    this.#keys = keys;
    this.#openSession = openSession;
    this.ready = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.ready.catch(() => undefined); // also shown in the status line
    for (const section of document.querySelectorAll<HTMLElement>(".tn-cell")) {
      const view = new CellView(section);
      this.#cells.set(view.id, view);
    }
    document.addEventListener("tn-change", (event) => {
      void this.setValue(event.detail.element, event.detail.value);
    });
  }

  /** Starts the kernel, once; resolves when every cell is restored. */
  boot(): Promise<void> {
    if (this.#session === null) {
      this.#status.setKernel("booting");
      this.#session = this.#openSession({
        event: (event) => {
          this.#receive(event);
        },
        notice: (notice) => {
          this.#hear(notice);
        },
      });
      this.#restored = this.#track({ type: "Restore", run_id: newRunId(), shown: this.#keys });
      this.#restored.then(
        () => {
          this.#isReady = true;
          this.#rest();
          this.#settle.resolve();
        },
        (error: unknown) => {
          this.#settle.reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    }
    return this.ready;
  }

  /** Runs these cells, whatever is cached, and what depends on them; without ids, brings all up to date. */
  async run(ids?: readonly string[]): Promise<boolean> {
    await this.boot();
    const force = ids !== undefined;
    const completed = await this.#track({ type: "RunCells", run_id: newRunId(), cells: ids ?? null, force });
    return completed.success;
  }

  /** Sets a widget, by name or element id; resolves when all that depends on it has run. */
  setValue(name: string, value: Json): Promise<void> {
    void this.boot();
    return this.#values.set(name, value);
  }

  interrupt(): boolean {
    return this.#session?.interrupt() ?? false;
  }

  stats(): PageStats {
    const stats = this.#stats;
    return {
      cellsRun: stats.cells_run,
      cellsRestored: stats.cells_restored,
      manifestsFetched: stats.manifests_fetched,
      blobsFetched: stats.blobs_fetched,
      blobsRejected: stats.blobs_rejected,
      valuesMaterialised: stats.values_materialised,
      boot: { ...this.#boot },
    };
  }

  async #sendValues(values: Readonly<Record<string, Json>>): Promise<void> {
    try {
      await this.#restored;
      await this.#track({ type: "SetValues", run_id: newRunId(), values });
    } catch (error) {
      this.#status.notice({ level: "error", text: `The change could not be worked out: ${String(error)}` });
    }
  }

  async #track(command: RunCommand): Promise<RunCompleted> {
    if (this.#session === null) throw new Error("there is no session yet");
    this.#runs += 1;
    if (this.#isReady) this.#status.setKernel("busy");
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
    if (this.#runs > 0 || document.documentElement.dataset["kernel"] === "failed") return;
    this.#status.setKernel("ready");
    this.#status.say(readyText(this.#stats.cells_run, this.#stats.cells_restored));
  }

  #receive(event: KernelEvent): void {
    switch (event.type) {
      case "KernelReady":
        document.documentElement.dataset["python"] = event.python;
        break;
      case "RunStarted":
        for (const id of event.cells) this.#change(id, (state) => ({ ...state, status: "queued" }));
        break;
      case "ElementChanged":
        for (const element of elementsOf(event.element)) element.show(event.value);
        break;
      case "Notice":
        this.#status.notice(event);
        break;
      case "CellStarted":
        if (this.#isReady) this.#status.say(`Running ${event.cell}…`);
        this.#pass(event);
        break;
      case "CellQueued":
      case "CellConsole":
      case "CellDisplay":
      case "CellEnded":
        this.#pass(event);
        break;
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
        this.#status.notice({ level: "error", text: `${id} could not be shown: ${String(error)}` });
      });
  }

  #hear(notice: SessionNotice): void {
    switch (notice.kind) {
      case "phase":
        this.#boot[notice.phase] ??= notice.at;
        this.#status.say(phaseText(notice.phase, notice.detail));
        break;
      case "ready":
        this.#boot["started"] = notice.at;
        document.documentElement.dataset["jspi"] = String(notice.jspi);
        break;
      case "failed":
        this.#status.setKernel("failed");
        this.#status.say(`Python stopped: ${notice.reason}`);
        break;
    }
  }
}

function elementsOf(id: string): NodeListOf<TnElement<unknown>> {
  return document.querySelectorAll<TnElement<unknown>>(`[data-element="${CSS.escape(id)}"]`);
}

function newRunId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
