/** Keeps the files of one notebook as they change, and says which are not kept. */

import type { Folder } from "../folder/folder.ts";
import type { FileKept, KeptFiles } from "../keeping/kept-files.ts";
import { sizeText } from "../view/sizes.ts";
import { ROOM } from "../keeping/kept-files.ts";

/** Why a file is not kept. */
export type FileProblem = Extract<FileKept, { readonly kept: false }>["why"];

export class FileKeeper {
  readonly #kept: KeptFiles;
  readonly #folder: Folder;
  readonly #heard: () => void;
  readonly #problems = new Map<string, FileProblem>();
  /** Names whose files wait to be kept. */
  readonly #due = new Set<string>();
  /** Everything is written in turn. */
  #work: Promise<void> = Promise.resolve();
  #isKeeping = false;

  /** `heard` is called when other files than before are not kept. */
  constructor(kept: KeptFiles, folder: Folder, heard: () => void) {
    this.#kept = kept;
    this.#folder = folder;
    this.#heard = heard;
    folder.onChange((names) => {
      for (const name of names) this.#due.add(name);
      this.#schedule();
    });
  }

  /** The files that are not kept, with the reasons. */
  get problems(): ReadonlyMap<string, FileProblem> {
    return this.#problems;
  }

  /** Whether files are kept from now on, or were begun to be. */
  get isKeeping(): boolean {
    return this.#isKeeping;
  }

  /** Puts into the folder what was kept; returns the names of files whose content is gone. */
  async load(): Promise<readonly string[]> {
    const { files, lost } = await this.#kept.read();
    this.#folder.put(files);
    for (const { name } of files) this.#due.delete(name);
    return lost;
  }

  /** Keeps files from now on, and those that are there. */
  begin(): void {
    this.#isKeeping = true;
    this.#work = this.#work.then(() => this.#kept.sweep());
    this.#schedule();
  }

  /** Keeps nothing any more: somebody else does. */
  stop(): void {
    this.#isKeeping = false;
  }

  /** Resolves when everything is kept, or was found not to be. */
  settled(): Promise<void> {
    return this.#work;
  }

  #schedule(): void {
    if (!this.#isKeeping || this.#due.size === 0) return;
    this.#work = this.#work.then(() => this.#keep());
  }

  async #keep(): Promise<void> {
    for (const name of [...this.#due]) {
      if (!this.#isKeeping) return;
      this.#due.delete(name);
      const file = this.#folder.find(name);
      const kept = file === undefined ? await this.#kept.remove(name) : await this.#kept.put(file);
      const before = this.#problems.get(name);
      if (kept.kept) this.#problems.delete(name);
      else this.#problems.set(name, kept.why);
      if (this.#problems.get(name) !== before) this.#heard();
    }
  }
}

/** The sentence for a file that is not kept. */
export function fileProblemText(name: string, why: FileProblem): string {
  const stays = "It stays here until you leave the page.";
  switch (why) {
    case "room":
      return `${name} is not kept: the files of a notebook may have ${sizeText(ROOM)} together. ${stays}`;
    case "full":
      return `There is no room left in this browser: ${name} is not kept. ${stays}`;
    case "denied":
      return `This browser keeps nothing for this page: ${name} is not kept. ${stays}`;
    case "gone":
      return `This browser has removed what it kept, ${name} among it. ${stays}`;
  }
}
