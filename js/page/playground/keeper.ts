/** Keeps one notebook, its results and what it shows, as they change; and says when that does not succeed. */

import type { KeptEntry } from "../../protocol/rpc.ts";
import type { Draft } from "../editor/draft.ts";
import type { Library } from "../keeping/library.ts";
import type { Kept, StoreProblem } from "../keeping/store.ts";

export interface KeeperEvents {
  /** Something was not kept, for this reason; null once everything is again. */
  readonly problem: (why: StoreProblem | null) => void;
  /** The notebook was kept for the first time. */
  readonly begun: () => void;
}

/** Milliseconds between a change and its being kept: what comes meanwhile goes with it. */
const DELAY = 400;

export class Keeper {
  readonly #library: Library;
  readonly #id: string;
  readonly #events: KeeperEvents;
  #draft: Draft | null = null;
  #shown: (() => string) | null = null;
  /** Results of a notebook that is not kept yet. */
  readonly #held: KeptEntry[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Everything is written in turn. */
  #work: Promise<void> = Promise.resolve();
  #problem: StoreProblem | null = null;
  readonly #isForeign: boolean;
  #isBegun: boolean;
  #isStopped = false;

  /** `isForeign` says whether the notebook came from elsewhere, `isBegun` whether it is in the library. */
  constructor(library: Library, id: string, isForeign: boolean, isBegun: boolean, events: KeeperEvents) {
    this.#isForeign = isForeign;
    this.#library = library;
    this.#id = id;
    this.#isBegun = isBegun;
    this.#events = events;
  }

  /** Whether the notebook is in the library. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Keeps this notebook, soon. */
  change(draft: Draft): void {
    this.#draft = draft;
    this.#schedule();
  }

  /** Keeps what `shown` gives then, soon. */
  show(shown: () => string): void {
    this.#shown = shown;
    this.#schedule();
  }

  /** Keeps a result, as soon as the notebook is kept. */
  add(entry: KeptEntry): void {
    this.#do(async () => {
      if (this.#isBegun) this.#note(await this.#library.addEntry(this.#id, entry));
      else this.#held.push(entry);
    });
  }

  /** Keeps what has changed, now; resolves when it is kept, or was found not to be. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#do(async () => {
      const [draft, shown] = [this.#draft, this.#shown];
      this.#draft = this.#shown = null;
      if (draft !== null && !this.#note(await this.#library.write(this.#id, draft, this.#isForeign))) this.#draft ??= draft;
      if (draft !== null && !this.#isBegun && this.#problem === null) {
        this.#isBegun = true;
        this.#events.begun();
        for (const entry of this.#held.splice(0)) this.#note(await this.#library.addEntry(this.#id, entry));
      }
      if (shown !== null && this.#isBegun && !this.#note(await this.#library.writeShown(this.#id, shown()))) this.#shown ??= shown;
    });
    return this.#work;
  }

  /** Keeps nothing any more: somebody else does. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.flush(), DELAY);
  }

  #do(work: () => Promise<unknown>): void {
    this.#work = this.#work.then(async () => {
      if (!this.#isStopped) await work();
    });
  }

  #note(kept: Kept): boolean {
    const problem = kept.kept ? null : kept.why;
    if (problem !== this.#problem) {
      this.#problem = problem;
      this.#events.problem(problem);
    }
    return kept.kept;
  }
}

/** The sentence for what could not be kept. */
export function problemText(why: StoreProblem): string {
  switch (why) {
    case "full":
      return "There is no room left in this browser: your latest changes are not kept. Delete notebooks that you do not need, or download this one.";
    case "denied":
      return "This browser keeps nothing for this page: download the notebook before you leave it.";
    case "gone":
      return "This browser has removed what it kept: download the notebook before you leave the page.";
  }
}
