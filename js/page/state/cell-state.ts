/** What the page knows of one cell, and how events change it: a pure function. */

import type {
  CellConsole,
  CellDisplay,
  CellEnded,
  ConsoleText,
  ErrorReport,
  InputAsked,
  Json,
  KernelEvent,
} from "../../protocol/messages.ts";

export type Bundle = Readonly<Record<string, Json>>;
export type CellStatus = CellEnded["status"];
export type Origin = CellEnded["origin"];

export interface CellState {
  readonly status: CellStatus;
  readonly origin: Origin;
  /** Outputs in order; null while those that the exporter wrote into the page are on show. */
  readonly outputs: readonly Bundle[] | null;
  /** The slots of the first of `outputs`, null for one that has none: what comes with the same slot takes its place. */
  readonly slots: readonly (string | null)[];
  /** Console pieces in order; null like `outputs`. */
  readonly console: readonly ConsoleText[] | null;
  readonly error: ErrorReport | null;
  /** Why the cell was cancelled, blocked or queued again. */
  readonly reason: string | null;
  /** What the body asks its reader, and waits for. */
  readonly question: Question | null;
  /** The run that the cell took part in last: what bodies of earlier ones still say is not shown. */
  readonly run: string | null;
  /** The one among `outputs` that is the cell's result: clearing displays leaves it there. */
  readonly result: Bundle | null;
  /**
   * Which parts hold what the latest body wrote, so that more is added to it. What an earlier body left stays
   * until then, so that nothing flickers, and is replaced.
   */
  readonly fresh: { readonly outputs: boolean; readonly console: boolean };
}

/** A question as `InputAsked` brings it. */
export type Question = Pick<InputAsked, "question" | "prompt">;

const UNTOUCHED = { outputs: false, console: false };
/** Threads and tasks of a body may outlive it: what they say comes after what is shown. */
const WRITTEN = { outputs: true, console: true };

/** The state of a cell as the page was exported. */
export function initialCell(status: CellStatus, origin: Origin): CellState {
  const shown = { outputs: null, slots: [], console: null, error: null, reason: null, question: null };
  return { status, origin, ...shown, run: null, result: null, fresh: UNTOUCHED };
}

/** The cell that an event is about, or null. */
export function cellOf(event: KernelEvent): string | null {
  switch (event.type) {
    case "CellQueued":
    case "CellStarted":
    case "CellConsole":
    case "CellDisplay":
    case "InputAsked":
    case "CellEnded":
      return event.cell;
    case "Notice":
    case "KernelReady":
    case "KernelRestarted":
    case "RunStarted":
    case "NotebookEdited":
    case "ScratchConsole":
    case "ScratchDisplay":
    case "ScratchEnded":
    case "ElementChanged":
    case "ElementSaid":
    case "Answered":
    case "RunCompleted":
      return null;
  }
}

/** The next state of the cell that `event` is about. */
export function reduceCell(state: CellState, event: KernelEvent): CellState {
  switch (event.type) {
    case "CellQueued":
      return { ...state, status: "queued", reason: event.reason };
    case "CellStarted":
      return { ...state, status: "running", reason: null, run: event.run_id, fresh: UNTOUCHED };
    case "CellConsole":
      return isOver(state, event) ? state : printed(state, event.text);
    case "CellDisplay":
      return isOver(state, event) ? state : displayed(state, event);
    case "InputAsked":
      return isOver(state, event) ? state : { ...state, question: { question: event.question, prompt: event.prompt } };
    case "CellEnded":
      return ended(state, event);
    case "Notice":
    case "KernelReady":
    case "KernelRestarted":
    case "RunStarted":
    case "NotebookEdited":
    case "ScratchConsole":
    case "ScratchDisplay":
    case "ScratchEnded":
    case "ElementChanged":
    case "ElementSaid":
    case "Answered":
    case "RunCompleted":
      return state;
  }
}

/** The state of a cell in a plan that is about to be carried out. */
export function planned(state: CellState): CellState {
  return { ...state, status: "queued", reason: null };
}

/**
 * The state of a cell whose kernel is gone. What waited or ran may no longer belong to its inputs, and says so;
 * what was only being restored (`restoring`) is as good as it was.
 */
export function abandoned(state: CellState, reason: string, restoring: boolean): CellState {
  if (state.status !== "queued" && state.status !== "running") return state;
  const over = { ...state, question: null, fresh: UNTOUCHED };
  if (restoring && state.outputs === null) return { ...over, status: "idle" };
  return { ...over, status: "stale", reason };
}

/** Whether the body that `event` comes from is not the one whose results are on show, or are being made. */
function isOver(state: CellState, event: CellConsole | CellDisplay | InputAsked): boolean {
  return state.run !== null && state.run !== event.run_id;
}

function printed(state: CellState, text: ConsoleText): CellState {
  const before = state.fresh.console ? (state.console ?? []) : [];
  return { ...state, ...withoutOldError(state), console: [...before, text], fresh: { ...state.fresh, console: true } };
}

function displayed(state: CellState, event: CellDisplay): CellState {
  const { bundle, slot } = event;
  const result = state.fresh.outputs ? state.result : null;
  const isOld = event.clear || !state.fresh.outputs;
  const before = isOld ? (event.clear && result !== null ? [result] : []) : (state.outputs ?? []);
  const slots = isOld ? [] : state.slots;
  const added = Object.keys(bundle).length > 0 ? [bundle] : [];
  const place = slot === null ? -1 : slots.indexOf(slot);
  const at = place < 0 ? before.length : place;
  const outputs = [...before.slice(0, at), ...added, ...before.slice(at + 1)];
  const kept = before.map((_, index) => slots[index] ?? null);
  const next = [...kept.slice(0, at), ...added.map(() => slot), ...kept.slice(at + 1)];
  return { ...state, ...withoutOldError(state), outputs, slots: next, result, fresh: { ...state.fresh, outputs: true } };
}

/** An error is an earlier body's only while another one runs. */
function withoutOldError(state: CellState): Pick<CellState, "error"> {
  return { error: state.status === "running" ? null : state.error };
}

function ended(state: CellState, event: CellEnded): CellState {
  const common = { status: event.status, error: event.error, reason: event.reason };
  if (event.status === "stale") {
    // The result is the one of before, and says so: nobody has asked for another, and no body ran.
    return { ...state, ...common };
  }
  const over = { ...common, question: null, run: event.run_id, fresh: WRITTEN };
  if (event.status !== "idle") {
    // A result that does not belong to the code beside it must not stay.
    // What the body showed before it failed does belong to it.
    const ran = state.status === "running";
    const outputs = event.displays ?? (ran && state.fresh.outputs ? state.outputs : []);
    const console = event.console ?? (ran && state.fresh.console ? state.console : []);
    return { ...over, origin: "none", outputs, slots: slotsOf(state, outputs), console, result: null };
  }
  if (event.output === null) {
    // The very result that is on show already: where it came from has not changed either.
    return { ...state, ...over, origin: state.origin === "export" ? "export" : event.origin };
  }
  const result = Object.keys(event.output).length > 0 ? event.output : null;
  const outputs = [...(event.displays ?? []), ...(result === null ? [] : [result])];
  return { ...over, origin: event.origin, outputs, slots: slotsOf(state, event.displays), console: event.console ?? [], result };
}

/** The slots of what a body has displayed, which its end tells again. */
function slotsOf(state: CellState, displays: readonly Bundle[] | null): CellState["slots"] {
  return state.fresh.outputs && displays?.length === state.slots.length ? state.slots : [];
}
