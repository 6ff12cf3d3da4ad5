/** One page's conversation with a kernel, wherever the kernel runs. */

import type { BootPath, BootPhase } from "../protocol/rpc.ts";
import type { KernelCommand, KernelEvent, RunCompleted } from "../protocol/messages.ts";

/** Commands that start a run, and are answered by its `RunCompleted`. */
export type RunCommand = Exclude<KernelCommand, { readonly type: "Interrupt" }>;

/** What a session reports beside the kernel's own events. */
export type SessionNotice =
  | { readonly kind: "phase"; readonly phase: BootPhase; readonly at: number; readonly detail: string | null }
  | { readonly kind: "path"; readonly path: BootPath; readonly reason: string | null }
  | { readonly kind: "ready"; readonly at: number; readonly jspi: boolean }
  /** The kernel is gone; every pending run was rejected with the same sentence. */
  | { readonly kind: "failed"; readonly reason: string };

export interface SessionListener {
  readonly event: (event: KernelEvent) => void;
  readonly notice: (notice: SessionNotice) => void;
}

export interface Session {
  /** Resolves when the kernel takes commands; rejects when it cannot boot. */
  readonly ready: Promise<void>;
  /** Sends a command; resolves with the end of its run, rejects when the kernel dies before. */
  run(command: RunCommand): Promise<RunCompleted>;
  /** Asks the run under way to stop; returns false where that is not possible. */
  interrupt(): boolean;
  close(): void;
}
