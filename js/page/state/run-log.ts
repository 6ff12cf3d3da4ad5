/** What the latest runs did, and why: a pure function of what was sent and what was told. */

import type { CellEnded, CellQueued, KernelEvent } from "../../protocol/messages.ts";
import type { RunCommand } from "../session.ts";

/** What came of a cell in a run. */
export type Outcome = "waiting" | "running" | "hit" | "ran" | "failed" | "cancelled" | "stale" | "blocked";

export interface CellEntry {
  readonly cell: string;
  readonly outcome: Outcome;
  /** In a few words. */
  readonly why: string;
  readonly seconds: number;
}

export interface RunEntry {
  readonly id: string;
  /** What started it, in a few words. */
  readonly trigger: string;
  readonly isOver: boolean;
  readonly success: boolean;
  /** In the order in which they ended, then those that wait. */
  readonly cells: readonly CellEntry[];
  /** What a cell gets as its reason when nothing better is known. */
  readonly cause: string;
}

const MOST = 8;

/** The log, newest first, with a run that has been asked for; `nameOf` knows the names of widgets by their ids. */
export function logCommand(
  log: readonly RunEntry[],
  command: RunCommand,
  nameOf: (element: string) => string,
): readonly RunEntry[] {
  const { trigger, cause } = triggerOf(command, nameOf);
  const entry = { id: command.run_id, trigger, cause, isOver: false, success: false, cells: [] };
  return [entry, ...log].slice(0, MOST);
}

/** The log after what the kernel told. */
export function logEvent(log: readonly RunEntry[], event: KernelEvent): readonly RunEntry[] {
  switch (event.type) {
    case "RunStarted":
      return change(log, event.run_id, (run) => ({
        ...run,
        cells: [
          ...event.cells.map((cell) => entryOf(cell, "waiting", run.cause)),
          ...event.blocked.map(({ cell, reason }) => entryOf(cell, "blocked", reason)),
        ],
      }));
    case "CellQueued":
      return change(log, event.run_id, (run) => queued(run, event));
    case "CellStarted":
      return change(log, event.run_id, (run) => {
        const before = run.cells.find((entry) => entry.cell === event.cell);
        return put(run, entryOf(event.cell, "running", before?.why ?? run.cause));
      });
    case "CellEnded":
      return change(log, event.run_id, (run) => put(run, ended(run, event)));
    case "RunCompleted":
      return change(log, event.run_id, (run) => ({ ...run, isOver: true, success: event.success }));
    case "KernelReady":
    case "KernelRestarted":
    case "NotebookEdited":
    case "CellConsole":
    case "CellDisplay":
    case "InputAsked":
    case "ScratchConsole":
    case "ScratchDisplay":
    case "ScratchEnded":
    case "ElementChanged":
    case "ElementSaid":
    case "Answered":
    case "Notice":
      return log;
  }
}

/** Why a cell that failed ran, and what it ended with: the sentence itself stands in the cell. */
function failureOf(event: CellEnded, known: string): string {
  const kind = event.error?.kind ?? "";
  return kind === "" ? known : `${known}; it ended with ${kind}`;
}

/** What starts a run, and why its cells run. */
function triggerOf(command: RunCommand, nameOf: (element: string) => string): Pick<RunEntry, "trigger" | "cause"> {
  switch (command.type) {
    case "Restore":
      return {
        trigger: command.stored_only ? "Python was restarted" : "The page was opened",
        cause: "no stored result has its code and inputs",
      };
    case "SetValues": {
      const names = [...new Set(Object.keys(command.values).map(nameOf))].join(", ");
      return { trigger: `${names} was changed`, cause: `it depends on ${names}` };
    }
    case "RunCells":
      return command.cells === null
        ? { trigger: "All cells were asked for", cause: "no stored result has its code and inputs" }
        : { trigger: `${command.cells.join(", ")} was asked for`, cause: "it was asked for, or depends on what was" };
    case "RunStale":
      return { trigger: "What was out of date was asked for", cause: "its inputs have changed" };
    case "Execute":
      return { trigger: "A script ran code", cause: "the code changed what it depends on" };
    case "CheckFiles":
      return { trigger: `${command.files.join(", ")} ${command.files.length === 1 ? "was" : "were"} changed`, cause: "a file that it reads, or depends on, has changed" };
    case "EditCells":
      return { trigger: "The notebook was edited", cause: "its code, or what it depends on, is another" };
  }
}

/** The log after a run of which nothing more will be heard. */
export function logEnd(log: readonly RunEntry[], id: string, why: string): readonly RunEntry[] {
  const abandon = (entry: CellEntry): CellEntry =>
    entry.outcome === "waiting" || entry.outcome === "running" ? { ...entry, outcome: "cancelled", why } : entry;
  return change(log, id, (run) => (run.isOver ? run : { ...run, isOver: true, cells: run.cells.map(abandon) }));
}

function change(log: readonly RunEntry[], id: string, next: (run: RunEntry) => RunEntry): readonly RunEntry[] {
  return log.map((run) => (run.id === id ? next(run) : run));
}

function entryOf(cell: string, outcome: Outcome, why: string, seconds = 0): CellEntry {
  return { cell, outcome, why, seconds };
}

/** A cell that ended comes behind those that ended before it, and before those that wait. */
function put(run: RunEntry, entry: CellEntry): RunEntry {
  const others = run.cells.filter((other) => other.cell !== entry.cell);
  const isOver = ({ outcome }: CellEntry): boolean => outcome !== "waiting" && outcome !== "running" && outcome !== "blocked";
  const over = others.filter(isOver);
  const rest = others.filter((other) => !isOver(other));
  return { ...run, cells: isOver(entry) ? [...over, entry, ...rest] : [...over, ...rest, entry] };
}

function queued(run: RunEntry, { cell, reason }: CellQueued): RunEntry {
  if (reason === null && run.cells.some((entry) => entry.cell === cell)) return run;
  return put(run, entryOf(cell, "waiting", reason ?? run.cause));
}

function ended(run: RunEntry, event: CellEnded): CellEntry {
  const known = run.cells.find((entry) => entry.cell === event.cell)?.why ?? run.cause;
  const told = event.reason;
  switch (event.status) {
    case "idle":
      return event.origin === "run"
        ? entryOf(event.cell, "ran", told ?? known, event.seconds)
        : entryOf(event.cell, "hit", "a stored result has its code and inputs", event.seconds);
    case "error":
      return entryOf(event.cell, "failed", failureOf(event, known), event.seconds);
    case "stale":
      return entryOf(event.cell, "stale", told ?? "its inputs have changed");
    case "cancelled":
      return entryOf(event.cell, "cancelled", told ?? "it was cancelled");
    case "queued":
    case "running":
      return entryOf(event.cell, event.status === "queued" ? "waiting" : "running", known);
  }
}
