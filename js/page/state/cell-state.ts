/** What the page knows of one cell, and how events change it: a pure function. */

import type {
  CellEnded,
  ConsoleText,
  ErrorReport,
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
  /** Console pieces in order; null like `outputs`. */
  readonly console: readonly ConsoleText[] | null;
  readonly error: ErrorReport | null;
  /** Why the cell was cancelled, blocked or queued again. */
  readonly reason: string | null;
  /** Whether the running body has shown anything yet: until then the old output stays, so nothing flickers. */
  readonly fresh: boolean;
}

/** The state of a cell as the page was exported. */
export function initialCell(status: CellStatus, origin: Origin): CellState {
  return { status, origin, outputs: null, console: null, error: null, reason: null, fresh: false };
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
      return { ...state, status: "running", fresh: false };
    case "CellConsole":
      return { ...begun(state), console: [...(begun(state).console ?? []), event.text] };
    case "CellDisplay":
      return { ...begun(state), outputs: event.clear ? [] : [...(begun(state).outputs ?? []), event.bundle] };
    case "CellEnded":
      return ended(state, event);
    case "Notice":
    case "KernelReady":
    case "RunStarted":
    case "ElementChanged":
    case "RunCompleted":
      return state;
  }
}

function begun(state: CellState): CellState {
  return state.fresh ? state : { ...state, outputs: [], console: [], error: null, fresh: true };
}

function ended(state: CellState, event: CellEnded): CellState {
  const common = { status: event.status, error: event.error, reason: event.reason, fresh: false };
  if (event.status !== "idle") {
    // A result that does not belong to the code beside it must not stay.
    const console = event.console ?? (event.status === "error" && state.fresh ? state.console : []);
    return { ...common, origin: "none", outputs: [], console };
  }
  if (event.output === null) {
    // The very result that is on show already: where it came from has not changed either.
    return { ...state, ...common, origin: state.origin === "export" ? "export" : event.origin };
  }
  const outputs = [...(event.displays ?? []), ...(Object.keys(event.output).length > 0 ? [event.output] : [])];
  return { ...common, origin: event.origin, outputs, console: event.console ?? [] };
}
