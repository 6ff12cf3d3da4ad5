/** Where a reader brings files to a notebook, and takes them away: each step is said, and can be taken back. */

import { saveAs } from "../view/save.ts";
import { sizeText } from "../view/sizes.ts";
import type { Folder, FolderFile } from "./folder.ts";
import { baseName, nameProblem, uploadName } from "./names.ts";

/** Bytes that one file may have: Python has them in memory. */
export const LARGEST = 256 * 1000 * 1000;

export interface DeskEvents {
  /** Has Python, if it is up, see these files as they are now. */
  readonly check: (names: readonly string[]) => Promise<unknown>;
  /** Says something that can be taken back; null if it cannot. */
  readonly tell: (text: string, undo: (() => void) | null) => void;
}

export class Desk {
  readonly #folder: Folder;
  readonly #events: DeskEvents;
  readonly #now: () => number;

  constructor(folder: Folder, events: DeskEvents, now: () => number = Date.now) {
    this.#folder = folder;
    this.#events = events;
    this.#now = now;
  }

  /** Makes these files the notebook's own, in the place of those with the same names. */
  async take(files: readonly File[]): Promise<void> {
    const taken: FolderFile[] = [];
    const problems: string[] = [];
    for (const file of files) {
      const name = uploadName(file.name);
      const problem = this.#problemOf(name, file.size);
      const content = problem === null ? await read(file) : null;
      if (content === null) problems.push(`${name} cannot be taken: ${problem ?? "it could not be read"}.`);
      else taken.push({ name, origin: "uploaded", changed: this.#now(), content });
    }
    const before = taken.flatMap(({ name }) => this.#folder.find(name) ?? []);
    const text = [takenText(taken, before), ...problems].join(" ").trim();
    const undo = before.length === 0 ? null : (): void => { this.#put(before); };
    if (taken.length > 0) this.#put(taken);
    if (text !== "") this.#events.tell(text, undo);
  }

  /** Takes a file away, until somebody wants it back. */
  remove(name: string): void {
    const file = this.#folder.remove(name);
    if (file === undefined) return;
    this.#check([name]);
    this.#events.tell(`${name} was deleted.`, () => { this.#put([file]); });
  }

  #problemOf(name: string, size: number): string | null {
    const problem = nameProblem(name);
    if (problem !== null) return problem;
    if (size > LARGEST) return `it has ${sizeText(size)}, and a file may have ${sizeText(LARGEST)}`;
    return this.#folder.hasRoom(name, size) ? null : "the notebook has too many files, or too large ones";
  }

  #put(files: readonly FolderFile[]): void {
    this.#folder.put(files);
    this.#check(files.map(({ name }) => name));
  }

  #check(names: readonly string[]): void {
    this.#events.check(names).catch(() => undefined); // the status line and notices tell of it
  }
}

/** Downloads a file. */
export function downloadFile({ name, content }: FolderFile): void {
  saveAs(content, baseName(name));
}

/** Asks for files of any kind; `take` gets those that were chosen. */
export function pickFiles(take: (files: readonly File[]) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.hidden = true;
  input.addEventListener("cancel", () => {
    input.remove();
  });
  input.addEventListener("change", () => {
    input.remove();
    take([...(input.files ?? [])]);
  });
  document.body.append(input); // or nobody holds it while its dialog is open
  input.click();
}

function takenText(taken: readonly FolderFile[], before: readonly FolderFile[]): string {
  const [first] = taken;
  if (first === undefined) return "";
  const names = taken.map(({ name }) => name).join(", ");
  if (before.length > 0) {
    const written = before.some(({ origin }) => origin === "written") ? " A cell had written it, and may do so again." : "";
    return `${names} ${taken.length === 1 ? "was" : "were"} replaced.${written}`;
  }
  return taken.length === 1 ? `${names} is here: open(${JSON.stringify(first.name)}) reads it.` : `${names} are here.`;
}

/** What is in a file now: on disk it may change. */
async function read(file: File): Promise<Blob | null> {
  try {
    return new Blob([await file.arrayBuffer()]);
  } catch {
    return null;
  }
}
