/** One page's conversation with a kernel, wherever the kernel runs. */

import type { BootPath, BootPhase, KeptEntry, PackageOffer, WrittenFile } from "../protocol/rpc.ts";
import type {
  AssistanceAnswers,
  Check,
  Complete,
  Describe,
  ExecuteMessage,
  Json,
  KernelCommand,
  KernelEvent,
  RunCompleted,
} from "../protocol/messages.ts";

/** Commands that start a run, and are answered by its `RunCompleted`. */
export type RunCommand = Exclude<KernelCommand, { readonly type: "Interrupt" | "AnswerInput" | "PutContent" | "Ask" }>;

/** What somebody who writes a cell may ask. */
export type Question = Complete | Describe | Check;
export type AnswerTo<Asked extends Question> = AssistanceAnswers[Asked["type"]] | null;

/** What a session reports beside the kernel's own events. */
export type SessionNotice =
  | { readonly kind: "phase"; readonly phase: BootPhase; readonly at: number; readonly detail: string | null }
  | { readonly kind: "path"; readonly path: BootPath; readonly reason: string | null; readonly filesKept: number }
  | { readonly kind: "ready"; readonly at: number; readonly jspi: boolean }
  /** Code is under way; `number` is what `signal` takes. */
  | { readonly kind: "begun"; readonly run: string; readonly number: number; readonly timeout: number | null }
  | { readonly kind: "piece"; readonly run: string; readonly message: ExecuteMessage }
  /** Packages that cells import were installed. */
  | { readonly kind: "installed"; readonly names: readonly string[] }
  /** A cell imports what only an index of packages has. */
  | { readonly kind: "offered"; readonly offer: PackageOffer }
  /** What cells did to the files of the notebook's folder. */
  | { readonly kind: "written"; readonly files: readonly WrittenFile[] }
  /** The notebook is another one; the event that says which of its cells were edited comes next. */
  | { readonly kind: "edited"; readonly notebook: string }
  /** The kernel is gone; every pending run was rejected with the same sentence. */
  | { readonly kind: "failed"; readonly reason: string };

export interface SessionListener {
  /** Something was stored that ends with the kernel. */
  readonly stored: (entry: KeptEntry) => void;
  readonly event: (event: KernelEvent) => void;
  readonly notice: (notice: SessionNotice) => void;
}

export interface Session {
  /** Resolves when the kernel takes commands; rejects when it cannot boot. */
  readonly ready: Promise<void>;
  /** Sends a command; resolves with the end of its run, rejects when the kernel dies before. */
  run(command: RunCommand): Promise<RunCompleted>;
  /** Asks something for whoever writes a cell; null if there is no answer, or no kernel that could give one. */
  assist<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>>;
  /** Asks the run under way to stop; returns false where there is no kernel that could hear it. */
  interrupt(): boolean;
  /** Has the kernel take `Execute`; rejects if what that needs cannot be had. */
  openScratchpad(): Promise<void>;
  /** Stops one run, whether it has begun or not; code that does not await does not hear it. */
  stop(run: string): void;
  /** Breaks into code that has begun, by its number, where memory is shared. */
  signal(number: number, why: "late" | "unwanted"): void;
  /** Answers what a cell asked by `input()`; null if the reader gives no answer. */
  answer(question: string, text: string | null): void;
  /** Hands over the content of a file, for values that name it by its digest; it is there before what is sent later. */
  give(digest: string, data: Uint8Array<ArrayBuffer>): void;
  /** Puts a file into the notebook's folder, or removes it (null); it is so before what is sent later. */
  place(name: string, data: Uint8Array<ArrayBuffer> | null): void;
  /** Says that the reader wants the packages for these modules: the next cell that imports one has it installed. */
  allow(modules: readonly string[]): void;
  /** Asks a widget something that is no value; rejects with a sentence where there is no answer. */
  ask(element: string, asked: Readonly<Record<string, Json>>): Promise<Json>;
  /** Says that the page shows what was restored: work that nobody waits for may begin. */
  settle(): void;
  /** Ends the kernel, whatever it is doing; every pending run rejects with `reason`. */
  close(reason?: string): void;
}

/** Opens a session; `kept` is what earlier kernels of the page have stored, `edited` the notebook that they left. */
export type OpenSession = (listener: SessionListener, kept: readonly KeptEntry[], edited: string | null) => Session;
