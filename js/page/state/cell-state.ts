/** What the page knows of one cell, and how events change it: a pure function. */

import type { CellDisplay, CellEnded, ConsoleText, ErrorReport, Json, KernelEvent } from "../../protocol/messages.ts";

export type Bundle = Readonly<Record<string, Json>>;
export type CellStatus = CellEnded["status"];
export type Origin = CellEnded["origin"];

export interface CellState {
  readonly status: CellStatus;
  readonly origin: Origin;
  /** Outputs in order; null while those that the exporter wrote into the page are on show. */
  readonly outputs: readonly Bundle[] | null;
  /** Console pieces in order; null like `outputs`. */
  readonly console: readonly ConsoleText[] | null;
  readonly error: ErrorReport | null;
  /** Why the cell was cancelled, blocked or queued again. */
  readonly reason: string | null;
  /** Which parts the running body has written to: until then what was there stays, so that nothing flickers. */
  readonly fresh: { readonly outputs: boolean; readonly console: boolean };
}

const UNTOUCHED = { outputs: false, console: false };

/** The state of a cell as the page was exported. */
export function initialCell(status: CellStatus, origin: Origin): CellState {
  return { status, origin, outputs: null, console: null, error: null, reason: null, fresh: UNTOUCHED };
}

/** The cell that an event is about, or null. */
export function cellOf(event: KernelEvent): string | null {
  switch (event.type) {
    case "CellQueued":
    case "CellStarted":
    case "CellConsole":
    case "CellDisplay":
    case "CellEnded":
      return event.cell;
    case "Notice":
    case "KernelReady":
    case "RunStarted":
    case "NotebookEdited":
    case "ElementChanged":
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
      return { ...state, status: "running", reason: null, fresh: UNTOUCHED };
    case "CellConsole":
      return printed(state, event.text);
    case "CellDisplay":
      return displayed(state, event);
    case "CellEnded":
      return ended(state, event);
    case "Notice":
    case "KernelReady":
    case "RunStarted":
    case "NotebookEdited":
    case "ElementChanged":
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
  if (restoring && state.outputs === null) return { ...state, status: "idle", fresh: UNTOUCHED };
  return { ...state, status: "stale", reason, fresh: UNTOUCHED };
}

function printed(state: CellState, text: ConsoleText): CellState {
  const before = state.fresh.console ? (state.console ?? []) : [];
  return { ...state, console: [...before, text], error: null, fresh: { ...state.fresh, console: true } };
}

function displayed(state: CellState, event: CellDisplay): CellState {
  const before = state.fresh.outputs && !event.clear ? (state.outputs ?? []) : [];
  const added = Object.keys(event.bundle).length > 0 ? [event.bundle] : [];
  return { ...state, outputs: [...before, ...added], error: null, fresh: { ...state.fresh, outputs: true } };
}

function ended(state: CellState, event: CellEnded): CellState {
  const common = { status: event.status, error: event.error, reason: event.reason, fresh: UNTOUCHED };
  if (event.status === "stale") {
    // The result is the one of before, and says so: nobody has asked for another.
    return { ...state, ...common };
  }
  if (event.status !== "idle") {
    // A result that does not belong to the code beside it must not stay.
    // What the body showed before it failed does belong to it.
    const outputs = event.displays ?? (state.fresh.outputs ? state.outputs : []);
    const console = event.console ?? (state.fresh.console ? state.console : []);
    return { ...common, origin: "none", outputs, console };
  }
  if (event.output === null) {
    // The very result that is on show already: where it came from has not changed either.
    return { ...state, ...common, origin: state.origin === "export" ? "export" : event.origin };
  }
  const outputs = [...(event.displays ?? []), ...(Object.keys(event.output).length > 0 ? [event.output] : [])];
  return { ...common, origin: event.origin, outputs, console: event.console ?? [] };
}
