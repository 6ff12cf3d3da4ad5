/**
 * What a kernel hears, tells and answers: generated from events.py, commands.py, session/pieces.py,
 * session/assistance.py and host/server/answers.py in py/tiffin.
 * Do not edit; run `python build/generate_protocol.py`.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** One line of a traceback: `where` names file and line, `line` counts in the cell. In a library `cell` is empty, and `where` has the file's whole path. */
export interface Frame {
  readonly cell: string;
  readonly where: string;
  readonly line: number;
  readonly function: string;
  readonly text: string;
}

/** An exception as a reader sees it: type, message, and frames, outermost first, from the notebook's first one on. */
export interface ErrorReport {
  readonly kind: string;
  readonly message: string;
  readonly frames: readonly Frame[];
  readonly hint: string | null;
}

/** A piece of text that a body wrote to one of the two streams. */
export interface ConsoleText {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** A cell that a plan leaves out, and the sentence that says why. */
export interface Blocked {
  readonly cell: string;
  readonly reason: string;
}

/** What a kernel has done since it started; times in seconds. */
export interface KernelStats {
  readonly cells_run: number;
  readonly cells_restored: number;
  readonly manifests_fetched: number;
  readonly blobs_fetched: number;
  readonly blobs_rejected: number;
  readonly values_materialised: number;
}

/** A cell as somebody wrote it: put in place of the one with the same id, or as a new one. */
export interface CellSource {
  readonly id: string;
  readonly source: string;
  readonly kind: "code" | "markdown";
  readonly name: string | null;
  readonly settings: { readonly [name: string]: Json } | null;
}

/** What the code wrote; on `stderr` also what went wrong, in words. */
export interface Written {
  readonly data: string;
}

/** The best representation of a value; empty text for none. */
export interface Shown {
  readonly mimetype: string;
  readonly data: Json;
}

/** What the code displayed; `clear` says that what it displayed before is to go. */
export interface Displayed {
  readonly mimetype: string;
  readonly data: Json;
  readonly clear: boolean;
}

/** How a cell ended that the code set off. */
export interface Ended {
  readonly cell: string;
  readonly status: "idle" | "queued" | "running" | "error" | "stale" | "cancelled";
  readonly error: ErrorReport | null;
  readonly reason: string | null;
}

/** The last piece, once nothing more will come: `success` is false if the code, or any cell that it set off, failed. `output` is the value of its last expression. */
export interface Done {
  readonly success: boolean;
  readonly output: Shown;
}

/** One word that could stand there. */
export interface Completion {
  readonly label: string;
  readonly kind: "class" | "function" | "keyword" | "module" | "property" | "variable";
}

/** The words, and how many characters before the end they take the place of. */
export interface Completions {
  readonly length: number;
  readonly items: readonly Completion[];
}

/** What a name is: its type, how it is called, what it is worth, and what its author says; "" for what there is none of. `parameters` are those of `signature`, as they stand in it. */
export interface Description {
  readonly title: string;
  readonly signature: string;
  readonly parameters: readonly string[];
  readonly value: string;
  readonly documentation: string;
}

/** Why a cell would not run, beside its own syntax: whoever writes has not finished yet. */
export interface WrittenProblem {
  readonly cell: string;
  readonly text: string;
}

/** All that would be wrong, by cell. */
export interface Problems {
  readonly items: readonly WrittenProblem[];
}

/** A name that a cell has bound. `live` says that its value is in memory, not only known from the cache; `preview` is the value or its size where one of Python's own types says so, else None. */
export interface Variable {
  readonly name: string;
  readonly cell: string;
  readonly type: string;
  readonly live: boolean;
  readonly preview: string | null;
}

/** What a notebook is called, and in which order its cells see each other. */
export interface NotebookHead {
  readonly filename: string;
  readonly title: string | null;
  readonly order: "graph" | "document" | "auto";
}

/** What a running cell asks its reader; `AnswerInput` brings the line. */
export interface Question {
  readonly question: string;
  readonly prompt: string;
}

/** A cell as it was written, and what there is to show of it. `run_id` is that of the run it took part in last; `trimmed` says that the earliest of what it printed or displayed while it ran is not kept. */
export interface CellAnswer {
  readonly id: string;
  readonly name: string | null;
  readonly kind: "code" | "markdown";
  readonly source: string;
  readonly settings: { readonly [name: string]: Json };
  readonly status: "idle" | "queued" | "running" | "error" | "stale" | "cancelled";
  readonly origin: "export" | "cache" | "run" | "none";
  readonly run_id: string | null;
  readonly key: string | null;
  readonly seconds: number;
  readonly output: { readonly [name: string]: Json } | null;
  readonly displays: readonly { readonly [name: string]: Json }[];
  readonly console: readonly ConsoleText[];
  readonly error: ErrorReport | null;
  readonly reason: string | null;
  readonly question: Question | null;
  readonly trimmed: boolean;
}

/** A widget whose value was set: its name and its front-end value. */
export interface ElementState {
  readonly name: string;
  readonly value: Json;
}

/** Notebook and kernel after the event `last_event`: cells in their order, by element id the widgets whose values were set, runs that have started and not completed. */
export interface Snapshot {
  readonly notebook: NotebookHead;
  readonly kernel: "starting" | "idle" | "busy" | "failed";
  readonly python: string | null;
  readonly cells: readonly CellAnswer[];
  readonly stale: readonly string[];
  readonly elements: { readonly [name: string]: ElementState };
  readonly runs: readonly string[];
  readonly stats: KernelStats;
  readonly last_event: number;
}

/** Events between `after` and `oldest` are no longer kept. */
export interface Lost {
  readonly after: number;
  readonly oldest: number;
  readonly detail: string;
}

/** The command was taken; `run_id` is that of the run it starts, if it starts one. */
export interface RunAnswer {
  readonly run_id: string | null;
}

/** The names that cells have bound. */
export interface VariablesAnswer {
  readonly variables: readonly Variable[];
}

/** What is wrong with a request, in one sentence (RFC 9457). */
export interface ProblemAnswer {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** Code to run in the scratchpad; `timeout`, in seconds from the start of the run, ends it. */
export interface ExecuteRequest {
  readonly code: string;
  readonly run_id: string | null;
  readonly timeout: number | null;
}

/** The kernel is up and takes commands. */
export interface KernelReady {
  readonly type: "KernelReady";
  readonly python: string;
  readonly jspi: boolean;
}

/** The kernel's process has ended, for this reason, and another one is starting: runs under way have completed without success, and what is stored comes back. */
export interface KernelRestarted {
  readonly type: "KernelRestarted";
  readonly reason: string;
}

/** A plan is about to be carried out: these cells in this order, those left out with reasons. */
export interface RunStarted {
  readonly type: "RunStarted";
  readonly run_id: string;
  readonly cells: readonly string[];
  readonly blocked: readonly Blocked[];
}

/** The notebook is another one: `cells` in their order, of which `put` are new or changed. */
export interface NotebookEdited {
  readonly type: "NotebookEdited";
  readonly run_id: string;
  readonly cells: readonly string[];
  readonly put: readonly string[];
  readonly removed: readonly string[];
}

/** A cell was put in the queue of a run (at its start, or again because something needs it re-run). */
export interface CellQueued {
  readonly type: "CellQueued";
  readonly run_id: string;
  readonly cell: string;
  readonly reason: string | null;
}

/** A cell's lifecycles are about to be set up. */
export interface CellStarted {
  readonly type: "CellStarted";
  readonly run_id: string;
  readonly cell: string;
}

/** A running body wrote text; pieces come in the order written, over both streams. */
export interface CellConsole {
  readonly type: "CellConsole";
  readonly run_id: string;
  readonly cell: string;
  readonly text: ConsoleText;
}

/** A running body displayed a value; `clear` says that what it displayed before is to go. What has a `slot` takes the place of what was displayed with the same one; an empty bundle leaves nothing there. */
export interface CellDisplay {
  readonly type: "CellDisplay";
  readonly run_id: string;
  readonly cell: string;
  readonly bundle: { readonly [name: string]: Json };
  readonly clear: boolean;
  readonly slot: string | null;
}

/** A running body asks its reader for a line of text, and waits; `AnswerInput` brings it. */
export interface InputAsked {
  readonly type: "InputAsked";
  readonly run_id: string;
  readonly cell: string;
  readonly question: string;
  readonly prompt: string;
}

/** A cell's last state in this run. `reason` says why it was cancelled or blocked. */
export interface CellEnded {
  readonly type: "CellEnded";
  readonly run_id: string;
  readonly cell: string;
  readonly status: "idle" | "queued" | "running" | "error" | "stale" | "cancelled";
  readonly origin: "export" | "cache" | "run" | "none";
  readonly key: string | null;
  readonly seconds: number;
  readonly output: { readonly [name: string]: Json } | null;
  readonly displays: readonly { readonly [name: string]: Json }[] | null;
  readonly console: readonly ConsoleText[] | null;
  readonly error: ErrorReport | null;
  readonly reason: string | null;
}

/** Code in the scratchpad wrote text, or an error of it is told; pieces come in order. */
export interface ScratchConsole {
  readonly type: "ScratchConsole";
  readonly run_id: string;
  readonly text: ConsoleText;
}

/** Code in the scratchpad displayed a value; `clear` and `slot` are as in `CellDisplay`. */
export interface ScratchDisplay {
  readonly type: "ScratchDisplay";
  readonly run_id: string;
  readonly bundle: { readonly [name: string]: Json };
  readonly clear: boolean;
  readonly slot: string | null;
}

/** Code in the scratchpad is over; `output` is its trailing expression, `seconds` its time. The cells that it set off come now, and `RunCompleted` tells how all went. */
export interface ScratchEnded {
  readonly type: "ScratchEnded";
  readonly run_id: string;
  readonly success: boolean;
  readonly seconds: number;
  readonly output: { readonly [name: string]: Json } | null;
  readonly error: ErrorReport | null;
}

/** A widget's front-end value is now this; sent for what Python decided, and after each change. */
export interface ElementChanged {
  readonly type: "ElementChanged";
  readonly element: string;
  readonly name: string;
  readonly value: Json;
}

/** The object behind a widget has sent a message to its code in the page; `buffers` are in Base64. */
export interface ElementSaid {
  readonly type: "ElementSaid";
  readonly element: string;
  readonly name: string;
  readonly content: Json;
  readonly buffers: readonly string[];
}

/** The answer to the `Ask` with this `run_id`; where there is none, `problem` says why. */
export interface Answered {
  readonly type: "Answered";
  readonly run_id: string;
  readonly element: string | null;
  readonly answer: Json;
  readonly problem: string | null;
}

/** Something the reader may want to know, in one sentence; `cell` when it concerns one. */
export interface Notice {
  readonly type: "Notice";
  readonly level: "info" | "warning" | "error";
  readonly text: string;
  readonly cell: string | null;
}

/** A run is over, whatever happened; sent in a `finally`, after every other event of the run. */
export interface RunCompleted {
  readonly type: "RunCompleted";
  readonly run_id: string;
  readonly success: boolean;
  readonly stats: KernelStats;
}

/** Bring every cell to its result, from the cache where it can; `shown` maps cells to keys on display. */
export interface Restore {
  readonly type: "Restore";
  readonly run_id: string;
  readonly shown: { readonly [name: string]: string };
  readonly values: { readonly [name: string]: Json } | null;
  readonly stored_only: boolean;
}

/** Run these cells and what depends on them (all cells when None); `force` runs them even on a hit. */
export interface RunCells {
  readonly type: "RunCells";
  readonly run_id: string;
  readonly cells: readonly string[] | null;
  readonly force: boolean;
}

/** Bring every stale result up to date. */
export interface RunStale {
  readonly type: "RunStale";
  readonly run_id: string;
}

/** Set widgets, by name or element id, to front-end values, and run what depends on them. */
export interface SetValues {
  readonly type: "SetValues";
  readonly run_id: string;
  readonly values: { readonly [name: string]: Json };
}

/** Put and remove cells, give all of them another order (ids), or change settings of the notebook; then run what has to run. What `order` leaves out as new stands at the end. */
export interface EditCells {
  readonly type: "EditCells";
  readonly run_id: string;
  readonly put: readonly CellSource[];
  readonly remove: readonly string[];
  readonly order: readonly string[] | null;
  readonly settings: { readonly [name: string]: Json } | null;
}

/** Run code with the notebook's names without making it a cell, and what it sets off; `timeout` in seconds, from its start, ends the run. */
export interface Execute {
  readonly type: "Execute";
  readonly run_id: string;
  readonly code: string;
  readonly timeout: number | null;
}

/** See whether these files, by their paths from the notebook's folder, are still as cells found them, and run those cells for which they are not: a file is another one, or is there now, or no longer. */
export interface CheckFiles {
  readonly type: "CheckFiles";
  readonly run_id: string;
  readonly files: readonly string[];
}

/** Stop the run under way, whose cells end as cancelled; with a `run_id` that run alone, begun or not. */
export interface Interrupt {
  readonly type: "Interrupt";
  readonly run_id: string | null;
}

/** What a reader says to the `question` of an `InputAsked`; None if nothing. It starts no run. */
export interface AnswerInput {
  readonly type: "AnswerInput";
  readonly question: string;
  readonly text: string | null;
}

/** Hand over the content of a file that a reader chose, in Base64; a widget's value names it by its `digest`, the SHA-256. Long ones come in pieces, of which only the last says so. It starts no run. */
export interface PutContent {
  readonly type: "PutContent";
  readonly digest: string;
  readonly data: string;
  readonly last: boolean;
}

/** Ask a widget, by its id, something that is no value, such as rows of a table; or, with null for a widget, one of the questions of whoever writes a cell. It starts no run, and is answered by one `Answered` with the same `run_id`. */
export interface Ask {
  readonly type: "Ask";
  readonly run_id: string;
  readonly asked: { readonly [name: string]: Json };
  readonly element: string | null;
}

/** What could the word become that ends where `code` ends? */
export interface Complete {
  readonly type: "Complete";
  readonly code: string;
}

/** What is the name, or the path of attributes, at the end of `code`? */
export interface Describe {
  readonly type: "Describe";
  readonly code: string;
}

/** What would be wrong with the notebook if these cells were as they are written now? */
export interface Check {
  readonly type: "Check";
  readonly put: readonly CellSource[];
  readonly remove: readonly string[];
  readonly order: readonly string[] | null;
}

export type KernelEvent =
  | KernelReady
  | KernelRestarted
  | RunStarted
  | NotebookEdited
  | CellQueued
  | CellStarted
  | CellConsole
  | CellDisplay
  | InputAsked
  | CellEnded
  | ScratchConsole
  | ScratchDisplay
  | ScratchEnded
  | ElementChanged
  | ElementSaid
  | Answered
  | Notice
  | RunCompleted;

export type KernelCommand =
  | Restore
  | RunCells
  | RunStale
  | SetValues
  | EditCells
  | Execute
  | CheckFiles
  | Interrupt
  | AnswerInput
  | PutContent
  | Ask;

/** Questions of whoever writes a cell, and what answers them. */
export interface AssistanceAnswers {
  readonly Complete: Completions;
  readonly Describe: Description;
  readonly Check: Problems;
}

/** A piece of the answer to code that was run in the scratchpad. */
export type ExecuteMessage =
  | { readonly event: "stdout"; readonly data: Written }
  | { readonly event: "stderr"; readonly data: Written }
  | { readonly event: "output"; readonly data: Displayed }
  | { readonly event: "cell"; readonly data: Ended }
  | { readonly event: "done"; readonly data: Done };
