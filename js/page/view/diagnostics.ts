/** The panel of facts behind "Details": what runs here, how it started, what it has done. */

import type { BootPath } from "../../protocol/rpc.ts";
import type { RunEntry } from "../state/run-log.ts";
import type { PageStats } from "../stats.ts";
import { addPanel } from "./panel.ts";
import { renderRuns } from "./run-list.ts";

export interface Facts {
  readonly kernel: string;
  readonly python: string | undefined;
  readonly jspi: string | undefined;
  readonly isolated: string | undefined;
  readonly version: string;
  readonly stats: PageStats;
  /** The latest runs, newest first. */
  readonly runs: readonly RunEntry[];
}

const BOOT: Readonly<Record<string, string>> = {
  fetching: "Fetching began",
  initialising: "Python began to start",
  importing: "Python was up",
  starting: "Kernel began to start",
  installing: "Packages began to install",
  started: "Kernel was up",
  restored: "Results were restored",
};

const PATHS: Readonly<Record<BootPath, string>> = {
  snapshot: "a snapshot",
  bytecode: "bytecode",
  sources: "sources",
};

const KERNELS: Readonly<Record<string, string>> = {
  off: "not started",
  booting: "starting",
  ready: "ready",
  busy: "working",
  failed: "stopped",
};

/** The facts as groups of label and value. */
export function describeFacts(facts: Facts): readonly (readonly (readonly [string, string])[])[] {
  const { stats } = facts;
  return [
    [
      ["Python", KERNELS[facts.kernel] ?? facts.kernel],
      ["Version", facts.python === undefined ? "–" : `${facts.python} in WebAssembly`],
      ["Waits inside a cell", facts.jspi === "true" ? "suspend (JSPI)" : "block (no JSPI)"],
      ["A running cell is stopped", facts.isolated === "true" ? "at once" : "by restarting Python (the page is not isolated)"],
      ["tiffin", facts.version],
    ],
    [
      ...(stats.boot.path === null ? [] : [["Started from", PATHS[stats.boot.path]] as const]),
      ...(stats.boot.reason === null ? [] : [["The snapshot did not fit", stats.boot.reason] as const]),
      ...(stats.boot.filesKept === 0 ? [] : [["Its files kept here since an earlier visit", String(stats.boot.filesKept)] as const]),
      ...Object.entries(stats.boot.phases).map(
        ([phase, at]) => [BOOT[phase] ?? phase, `${Math.round(at).toLocaleString("en")} ms`] as const,
      ),
    ],
    [
      ["Cells run here", String(stats.cellsRun)],
      ["Cells restored", String(stats.cellsRestored)],
      ["Manifests fetched", String(stats.manifestsFetched)],
      ["Blobs fetched", String(stats.blobsFetched)],
      ["Blobs rejected", String(stats.blobsRejected)],
    ],
  ];
}

/** Adds the panel to the bar; it reads the facts when it is opened, and whenever it is told to. */
export class DiagnosticsView {
  readonly #details: HTMLDetailsElement;
  readonly #list = document.createElement("dl");
  readonly #runs = document.createElement("section");
  readonly #read: () => Facts;

  constructor(bar: HTMLElement, read: () => Facts) {
    this.#read = read;
    const { details, body } = addPanel(bar, "tn-diagnostics", "Details");
    this.#details = details;
    this.#runs.className = "tn-runs";
    body.append(this.#list, this.#runs);
    details.addEventListener("toggle", () => {
      this.refresh();
    });
  }

  /** Reads the facts again, if anybody sees them. */
  refresh(): void {
    if (!this.#details.open) return;
    const rows: HTMLElement[] = [];
    const facts = this.#read();
    for (const group of describeFacts(facts)) {
      for (const [index, [label, value]] of group.entries()) {
        const term = document.createElement("dt");
        term.textContent = label;
        term.classList.toggle("tn-diagnostics-group", index === 0 && rows.length > 0);
        const definition = document.createElement("dd");
        definition.textContent = value;
        rows.push(term, definition);
      }
    }
    this.#list.replaceChildren(...rows);
    this.#runs.replaceChildren(...renderRuns(facts.runs, this.#runs));
  }
}
