/** The exported page, alive: cells and widgets kept in step with a kernel. */

import type { Json, KernelEvent, RunCompleted } from "../protocol/messages.ts";
import { CellDrawing } from "./cell-drawing.ts";
import { ChosenFiles } from "./chosen-files.ts";
import type { Execution } from "./execution.ts";
import { CALLED_OFF, type ExecuteOptions, Executions } from "./executions.ts";
import type { FolderLink } from "./folder/link.ts";
import { NotebookEdits } from "./notebook-edits.ts";
import { asError, messageOf, withoutStop } from "./problems.ts";
import { PageResults } from "./results.ts";
import { newRunId } from "./run-id.ts";
import type { AnswerTo, OpenSession, Question, RunCommand, Session, SessionListener, SessionNotice } from "./session.ts";
import { abandoned, type CellStatus, planned } from "./state/cell-state.ts";
import { Keepsake } from "./state/keepsake.ts";
import { logCommand, logEnd, logEvent, type RunEntry } from "./state/run-log.ts";
import { Readiness } from "./state/readiness.ts";
import { ShownResults } from "./state/shown-results.ts";
import { type BootStats, NOTHING, type PageStats, pageStats } from "./stats.ts";
import { CellList } from "./view/cells.ts";
import { causeText, restartText, showNotice } from "./view/notices.ts";
import { readyText, type StatusView } from "./view/status.ts";
import { WidgetChanges } from "./widget-changes.ts";
import { elementsOf } from "./widgets/element.ts";

export interface PageSettings {
  /** Cell -> key of the result on show. */
  readonly keys: Readonly<Record<string, string>>;
  /** Whether a widget's change may start Python. */
  readonly bootOnChange: boolean;
  /** How long a run may take to stop before Python is restarted, in milliseconds. */
  readonly patience: number;
}

const RESTARTED = "Python was restarted";

export class NotebookPage {
  readonly #openSession: OpenSession;
  readonly #settings: PageSettings;
  readonly #status: StatusView;
  readonly #cells: CellList;
  readonly #drawing: CellDrawing;
  readonly #executions: Executions;
  readonly #changes: WidgetChanges;
  #boot: BootStats = { path: null, reason: null, filesKept: 0, phases: {} };
  #session: Session | null = null;
  readonly edits: NotebookEdits;
  readonly results: PageResults;
  /** The notebook's folder, where readers bring files of their own. */
  folder: FolderLink | null = null;
  readonly #keepsake = new Keepsake();
  readonly #files = new ChosenFiles(document.body);
  readonly #shown: ShownResults;
  /** Counts kernels: what an earlier one still says is not heard. */
  #generation = 0;
  /** Whether the kernel takes commands. */
  #isUp = false;
  /** The notice of the latest restart. */
  #told: Element | null = null;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #stats = NOTHING;
  #log: readonly RunEntry[] = [];
  #runs = 0;
  #isReady = false;
  #listener: () => void = () => undefined;
  #readiness = new Readiness();

  /** Ends a kernel that does not hear. */
  readonly #giveUp = (): void => {
    this.#restart("Python did not stop by itself and was restarted").catch(() => undefined);
  };

  /** `edited` is called when the page shows another notebook. */
  constructor(settings: PageSettings, status: StatusView, openSession: OpenSession, edited: () => void = () => undefined) {
    this.#settings = settings;
    this.#status = status;
    this.#openSession = openSession;
    this.#shown = new ShownResults(settings.keys);
    this.#cells = new CellList((cell, question, text) => {
      this.#drawing.change(cell, (state) => ({ ...state, question: null }));
      this.#session?.answer(question, text);
    });
    this.#drawing = new CellDrawing(this.#cells);
    this.edits = new NotebookEdits({
      cells: this.#cells,
      carryOut: async (command) => {
        await this.boot();
        return (await this.#carryOut(command)).success;
      },
      draw: (what, change) => {
        this.#drawing.draw(what, change);
      },
      shown: edited,
    });
    this.results = new PageResults({
      cells: this.#cells,
      shown: this.#shown,
      keepsake: this.#keepsake,
      change: (id, next) => {
        this.#drawing.change(id, next);
      },
      draw: (what, change) => {
        this.#drawing.draw(what, change);
      },
    });
    this.#executions = new Executions({
      boot: () => this.boot(),
      session: () => this.#up(),
      carryOut: (command) => this.#carryOut(command),
      restart: this.#giveUp,
      patience: settings.patience,
    });
    this.#changes = new WidgetChanges({
      bootOnChange: settings.bootOnChange,
      isStarted: () => this.isStarted,
      boot: () => this.boot(),
      send: async (values) => {
        await this.ready;
        await this.#files.give(this.#up(), values);
        await this.#carryOut({ type: "SetValues", run_id: newRunId(), values });
      },
      restarted: RESTARTED,
    });
    document.body.addEventListener("tn-ask", (event) => {
      event.preventDefault();
      event.detail.answer(this.#ask(event.detail.element, event.detail.asked));
    });
    document.body.addEventListener("tn-problem", (event) => {
      showNotice({ level: "warning", text: event.detail.text });
    });
  }

  /** Resolves when the kernel has brought every cell to its result; rejects when it cannot start. */
  get ready(): Promise<void> {
    return this.#readiness.promise;
  }

  /** Starts the kernel, once; resolves when every cell is restored. */
  boot(): Promise<void> {
    if (this.#session === null && this.#status.kernel === "off") this.#start(null);
    return this.ready;
  }

  /**
   * Ends the kernel, whatever it is doing, and starts another one, which restores what is stored and runs nothing;
   * resolves when that is done. What is not stored is stale, and named in a notice.
   */
  restart(): Promise<void> {
    if (this.#status.kernel === "off") return this.boot();
    return this.#restart(RESTARTED);
  }

  /** Runs these cells, whatever is cached, and what depends on them; without ids, brings all up to date. */
  async run(ids?: readonly string[]): Promise<boolean> {
    await this.boot();
    const force = ids !== undefined;
    const completed = await this.#carryOut({ type: "RunCells", run_id: newRunId(), cells: ids ?? null, force });
    return completed.success;
  }

  /**
   * Sets a widget, by name or element id; resolves when all that depends on it has run, rejects when the kernel
   * stops before that.
   */
  setValue(name: string, value: Json): Promise<void> {
    return this.#changes.set(name, value);
  }

  /** Runs code with the notebook's names that becomes no cell; starts Python if need be. */
  execute(code: string, options: ExecuteOptions = {}): Execution {
    return this.#executions.start(code, options);
  }

  /** Runs every cell that is out of date, and what depends on it. */
  async runStale(): Promise<boolean> {
    await this.boot();
    return (await this.#carryOut({ type: "RunStale", run_id: newRunId() })).success;
  }

  /** Has Python, if it is up, see these files of the folder as they are now, and runs what found them otherwise. */
  async checkFiles(files: readonly string[]): Promise<boolean> {
    if (!this.isStarted) return true;
    await this.folder?.give(this.#up(), files);
    await this.ready;
    return (await this.#carryOut({ type: "CheckFiles", run_id: newRunId(), files })).success;
  }

  /** Has the package for a module installed, and runs the cells that import it. */
  async install(module: string, cells: readonly string[]): Promise<boolean> {
    this.#up().allow([module]);
    return cells.length === 0 ? this.run() : this.run(cells);
  }

  /** Whether Python runs, or is about to. */
  get isStarted(): boolean {
    return this.#status.kernel !== "off";
  }

  /** Asks something for whoever writes a cell; null as long as no kernel could answer. */
  async assist<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>> {
    return (await this.#session?.assist(question)) ?? null;
  }

  /** Says at once that these cells will run. */
  plan(ids: readonly string[]): void {
    for (const id of ids) this.#drawing.change(id, planned);
  }

  /** The cells that are out of date. */
  get stale(): readonly string[] {
    return this.#cells.all.filter((cell) => cell.state.status === "stale").map((cell) => cell.id);
  }

  /** Whether a kernel that takes commands has a run under way. */
  get runs(): boolean {
    return this.#isUp && this.#runs > 0;
  }

  /** Stops the run under way, or one of code by its id, by restarting Python if need be; false if there is none. */
  interrupt(run?: string): boolean {
    if (run !== undefined) return this.#executions.interrupt(run);
    if (!this.runs || !(this.#session?.interrupt() ?? false)) return false;
    this.#status.say("Stopping…");
    clearTimeout(this.#grace);
    this.#grace = setTimeout(this.#giveUp, this.#settings.patience);
    return true;
  }

  /** What the latest runs did, and why; newest first. */
  get log(): readonly RunEntry[] {
    return this.#log;
  }

  stats(): PageStats {
    return pageStats(this.#stats, this.#boot);
  }

  /** Starts a kernel; `why` is the beginning of a sentence where it takes the place of another one. */
  #start(why: string | null): void {
    this.#status.setKernel("booting");
    this.#status.say(why === null ? "Starting…" : "Restarting Python…");
    const generation = ++this.#generation;
    const isCurrent = (): boolean => generation === this.#generation;
    const listener: SessionListener = {
      event: (event) => {
        if (isCurrent()) this.#receive(event);
      },
      notice: (notice) => {
        if (isCurrent()) this.#hear(notice, why !== null);
      },
      stored: (entry) => {
        this.results.add(entry);
      },
    };
    try {
      this.#session = this.#openSession(listener, this.#keepsake.entries, this.edits.notebook);
    } catch (error) {
      this.#hear({ kind: "failed", reason: messageOf(error) }, true);
      this.#readiness.reject(asError(error));
      return;
    }
    const shown = this.#shown.keys();
    const again = why !== null;
    const values = again ? this.#shown.values(document) : this.#shown.wanted;
    const session = this.#session;
    const restore = (): Promise<RunCompleted> =>
      this.#carryOut({ type: "Restore", run_id: newRunId(), shown, values, stored_only: again });
    const given = [this.#files.has(values) ? this.#files.giveAgain(session, values) : null, this.folder?.give(session) ?? null];
    const giving = given.filter((work) => work !== null);
    const restored = giving.length > 0 ? Promise.all(giving).then(restore) : restore();
    restored.then(
      () => {
        if (!isCurrent()) return;
        this.#isReady = true;
        if (why !== null) this.#tellRestart(why);
        this.#rest();
        this.#readiness.resolve();
        this.#session?.settle();
        this.#changes.catchUp();
      },
      (error: unknown) => {
        if (isCurrent()) this.#readiness.reject(asError(error));
      },
    );
  }

  #restart(why: string): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#generation += 1;
    this.#isReady = this.#isUp = false;
    session?.close(RESTARTED); // before the next one needs its memory
    clearTimeout(this.#grace);
    this.#readiness = this.#readiness.next();
    this.#abandon(RESTARTED, false);
    this.#start(why);
    return this.ready;
  }

  /** Says what a restart has cost. */
  #tellRestart(why: string): void {
    for (const [id, value] of Object.entries(this.#shown.values(document))) {
      for (const element of elementsOf(id)) element.show(value);
    }
    this.#told?.remove(); // what an earlier restart has cost may be there again
    this.#told = showNotice({ level: this.stale.length > 0 ? "warning" : "info", text: restartText(why, this.stale) });
  }

  /** Asks a widget something that is no value; starts Python if that is allowed. */
  async #ask(element: string, asked: Readonly<Record<string, Json>>): Promise<Json> {
    if (!this.isStarted && !this.#settings.bootOnChange) throw new Error("Python is not started on this page");
    await this.boot();
    return this.#up().ask(element, asked);
  }

  /** The session with the kernel. */
  #up(): Session {
    if (this.#session === null) throw new Error("Python is not running");
    return this.#session;
  }

  async #carryOut(command: RunCommand): Promise<RunCompleted> {
    const session = this.#up();
    this.#runs += 1;
    this.#log = logCommand(this.#log, command, (id) => elementsOf(id)[0]?.name ?? id);
    if (this.#isReady && this.#status.kernel !== "failed") this.#status.setKernel("busy");
    try {
      const completed = await session.run(command);
      this.#stats = completed.stats;
      await this.#drawing.settle();
      return completed;
    } finally {
      this.#runs -= 1;
      this.#log = logEnd(this.#log, command.run_id, "Python stopped before its turn, or before it was done");
      if (this.#isReady) this.#rest();
    }
  }

  /** Calls back whenever a run is over and none is under way. */
  onRest(listener: () => void): void {
    this.#listener = listener;
  }

  #rest(): void {
    if (this.#runs > 0 || this.#status.kernel === "failed") return;
    this.#listener();
    const { cells_run, cells_restored } = this.#stats;
    this.#status.say(readyText(cells_run, cells_restored, this.#count("error"), this.#count("stale")));
    this.#status.setKernel("ready");
  }

  #count(status: CellStatus): number {
    return this.#cells.all.filter((cell) => cell.state.status === status).length;
  }

  #receive(event: KernelEvent): void {
    this.#shown.hear(event);
    this.#log = logEvent(this.#log, event);
    switch (event.type) {
      case "KernelReady":
        document.documentElement.dataset["python"] = event.python;
        break;
      case "RunStarted":
        for (const id of event.cells) this.#drawing.change(id, planned);
        break;
      case "ElementChanged":
        this.#changes.hear(event);
        break;
      case "ElementSaid":
        elementsOf(event.element)[0]?.hear(event.content, event.buffers); // those that show it share what hears
        break;
      case "Notice":
        if (event.text !== CALLED_OFF) showNotice(event); // that is told to whoever sent the code
        break;
      case "CellStarted":
        if (this.#isReady) this.#status.sayRunning(event.cell);
        this.#drawing.pass(event);
        break;
      case "InputAsked":
        this.#status.say(`${event.cell} asks for input.`);
        this.#drawing.pass(event);
        break;
      case "CellConsole":
      case "CellDisplay":
        this.#drawing.gather(event);
        break;
      case "CellQueued":
      case "CellEnded":
        this.#drawing.pass(event);
        break;
      case "NotebookEdited":
        this.edits.follow(event);
        break;
      case "KernelRestarted": // a page that has its kernel in a worker restarts it itself
      case "ScratchConsole": // for whoever sent the code, as are the next two
      case "ScratchDisplay":
      case "ScratchEnded":
      case "Answered": // for whoever asked
        break;
      case "RunCompleted":
        clearTimeout(this.#grace);
        this.#stats = event.stats;
        break;
    }
  }

  #hear(notice: SessionNotice, again: boolean): void {
    switch (notice.kind) {
      case "phase":
        this.#note(notice.phase, notice.at);
        this.#status.sayPhase(notice.phase, notice.detail);
        break;
      case "installed":
        this.edits.require(notice.names);
        break;
      case "offered":
        this.edits.offer(notice.offer);
        break;
      case "written":
        this.folder?.hear(notice.files);
        break;
      case "path":
        this.#boot = { ...this.#boot, path: notice.path, reason: notice.reason, filesKept: notice.filesKept };
        break;
      case "ready":
        this.#note("started", notice.at);
        document.documentElement.dataset["jspi"] = String(notice.jspi);
        this.#isUp = true;
        this.#status.setKernel("booting"); // from now on it can be told to stop
        break;
      case "begun":
      case "piece":
        this.#executions.hear(notice);
        break;
      case "edited":
        this.edits.hold(notice.notebook);
        break;
      case "failed":
        this.#fail(notice.reason, again);
        break;
    }
  }

  /** Keeps when a phase began first. */
  #note(phase: string, at: number): void {
    this.#boot = { ...this.#boot, phases: { ...this.#boot.phases, [phase]: this.#boot.phases[phase] ?? at } };
  }

  /** A kernel that has worked is started once more: that runs nothing, so that it cannot go on for ever. */
  #fail(reason: string, again: boolean): void {
    const restoring = !this.#isReady;
    const cause = withoutStop(causeText(reason));
    if (this.#isUp && !(again && restoring)) {
      this.#restart(`Python stopped (${cause}) and was restarted`).catch(() => undefined);
      return;
    }
    clearTimeout(this.#grace);
    this.#isUp = false;
    this.#status.say(`${restoring ? "Python could not start" : "Python stopped"}: ${cause}.`);
    this.#status.setKernel("failed");
    this.#abandon("Python stopped before it was done", restoring);
  }

  #abandon(reason: string, restoring: boolean): void {
    for (const id of this.#cells.ids) this.#drawing.change(id, (state) => abandoned(state, reason, restoring));
  }
}
