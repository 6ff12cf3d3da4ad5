/** All code that scripts have sent: begun in order, ended by time-outs, interrupts, and when nobody wants it. */

import type { ExecuteMessage, RunCompleted } from "../protocol/messages.ts";
import { Execution } from "./execution.ts";
import { asError } from "./problems.ts";
import { newRunId } from "./run-id.ts";
import type { RunCommand, Session, SessionNotice } from "./session.ts";

export interface ExecuteOptions {
  /** Made up where it is left out. */
  readonly runId?: string | undefined;
  /** Seconds from the start of the run after which it is stopped. */
  readonly timeout?: number | undefined;
}

/** What the page does for code. */
export interface ExecutionPage {
  /** Starts Python, if need be; resolves when it is ready. */
  boot(): Promise<void>;
  /** The session with the kernel that is up; throws without one. */
  session(): Session;
  /** Resolves when the run is over, and shown. */
  carryOut(command: RunCommand): Promise<RunCompleted>;
  /** Ends a kernel that does not hear. */
  restart(): void;
  /** How long a run may take to stop before that, in milliseconds. */
  readonly patience: number;
}

type About = Extract<SessionNotice, { readonly kind: "begun" | "piece" }>;

interface Live {
  readonly run: string;
  readonly code: string;
  readonly timeout: number | null;
  readonly execution: Execution;
  /** Whether the kernel has been given the code. */
  isSent: boolean;
  /** The run's number in its worker, once it has begun. */
  number: number | null;
  /** Whether somebody has asked that it stops. */
  isUnwanted: boolean;
  /** Why it ended, if Python has to be restarted for it. */
  cause: string | null;
  last: ExecuteMessage | null;
  timer: ReturnType<typeof setTimeout> | undefined;
  grace: ReturnType<typeof setTimeout> | undefined;
}

const FRESH = {
  isSent: false,
  number: null,
  isUnwanted: false,
  cause: null,
  last: null,
  timer: undefined,
  grace: undefined,
} as const;
const AGAIN = 1000; // milliseconds
const NOTHING = { mimetype: "text/plain", data: "" };
const FAILED: ExecuteMessage = { event: "done", data: { success: false, output: NOTHING } };
/** What the kernel says of a run that never had its turn. */
export const CALLED_OFF = "the run was called off before it began";

export class Executions {
  readonly #page: ExecutionPage;
  readonly #live = new Map<string, Live>();

  constructor(page: ExecutionPage) {
    this.#page = page;
  }

  /** Has code run, and returns the answer; throws for what makes no sense as asked. */
  start(code: string, { runId, timeout }: ExecuteOptions): Execution {
    if (typeof code !== "string") throw new TypeError("give the code as a string");
    if (timeout !== undefined && !(Number.isFinite(timeout) && timeout > 0)) {
      throw new TypeError("timeout is a number of seconds, more than 0");
    }
    const run = runId ?? newRunId();
    if (this.#live.has(run)) throw new Error(`run '${run}' is under way: give each run an id of its own`);
    const execution = new Execution(() => {
      this.interrupt(run);
    });
    const live: Live = { ...FRESH, run, code, timeout: timeout ?? null, execution };
    this.#live.set(run, live);
    void this.#carryOut(live);
    return execution;
  }

  /** Stops one run; false if it is not under way. */
  interrupt(run: string): boolean {
    const live = this.#live.get(run);
    if (live === undefined) return false;
    live.isUnwanted = true;
    if (live.isSent) this.#page.session().stop(run);
    if (live.number !== null) this.#press(live, live.number, "unwanted");
    return true;
  }

  /** Takes what the kernel says of code. */
  hear(notice: About): void {
    const live = this.#live.get(notice.run);
    if (live === undefined) return;
    switch (notice.kind) {
      case "begun":
        this.#begin(live, notice.number, notice.timeout);
        break;
      case "piece":
        // The page shows what has come of it before anybody hears that it is done.
        if (notice.message.event === "done") live.last = notice.message;
        else live.execution.tell(notice.message);
        break;
    }
  }

  async #carryOut(live: Live): Promise<void> {
    const { run, code, timeout, execution } = live;
    try {
      await this.#page.boot();
      await this.#page.session().openScratchpad();
      if (live.isUnwanted) throw new Error(CALLED_OFF);
      live.isSent = true;
      await this.#page.carryOut({ type: "Execute", run_id: run, code, timeout });
    } catch (error) {
      const said = asError(error).message;
      const text = live.cause === null ? said : `${live.cause}: ${said}`;
      execution.tell({ event: "stderr", data: { data: `${text}\n` } });
    } finally {
      clearTimeout(live.timer);
      clearTimeout(live.grace);
      this.#live.delete(run);
      execution.tell(live.last ?? FAILED);
    }
  }

  #begin(live: Live, number: number, timeout: number | null): void {
    live.number = number;
    if (live.isUnwanted) this.#press(live, number, "unwanted");
    if (timeout === null) return;
    const ring = (): void => {
      live.timer = setTimeout(ring, AGAIN);
      this.#press(live, number, "late");
    };
    live.timer = setTimeout(ring, timeout * 1000);
  }

  /** Breaks into code, and ends its kernel if that does not help. */
  #press(live: Live, number: number, why: "late" | "unwanted"): void {
    this.#page.session().signal(number, why);
    live.grace ??= setTimeout(() => {
      const cause = why === "late" ? `the run took longer than ${String(live.timeout)} s` : "the run was interrupted";
      live.cause = `${cause}, and did not stop`;
      clearTimeout(live.timer); // the next kernel has heard nothing of it
      this.#page.restart();
    }, this.#page.patience);
  }
}
