/** The latest runs as a list: what started each, and for every cell what came of it and why. */

import type { CellEntry, Outcome, RunEntry } from "../state/run-log.ts";

const WORDS: Readonly<Record<Outcome, string>> = {
  waiting: "waiting",
  running: "running",
  hit: "hit",
  ran: "ran",
  failed: "failed",
  cancelled: "cancelled",
  stale: "out of date",
  blocked: "blocked",
};

/** What a run came to, in a few words. */
export function summaryOf(run: RunEntry): string {
  if (run.cells.length === 0) return run.isOver ? "no cell was concerned" : "waiting";
  const counts = new Map<Outcome, number>();
  for (const { outcome } of run.cells) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const words = (outcome: Outcome, count: number): string => (outcome === "hit" && count > 1 ? "hits" : WORDS[outcome]);
  return [...counts].map(([outcome, count]) => `${String(count)} ${words(outcome, count)}`).join(", ");
}

/** Renders the runs; those that are open in `before` stay so, and the newest is open at first. */
export function renderRuns(runs: readonly RunEntry[], before: ParentNode): readonly HTMLElement[] {
  if (runs.length === 0) return [];
  const open = new Map(
    [...before.querySelectorAll<HTMLDetailsElement>("details")].map((item) => [item.dataset["run"], item.open]),
  );
  const title = document.createElement("h2");
  title.textContent = "Latest runs";
  return [
    title,
    ...runs.map((run, index) => {
      const item = renderRun(run);
      item.open = open.get(run.id) ?? index === 0;
      return item;
    }),
  ];
}

function renderRun(run: RunEntry): HTMLDetailsElement {
  const item = document.createElement("details");
  item.dataset["run"] = run.id;
  const summary = document.createElement("summary");
  summary.append(run.trigger, text("small", summaryOf(run)));
  const cells = document.createElement("ul");
  cells.append(...run.cells.map(renderCell));
  item.append(summary, cells);
  return item;
}

function renderCell({ cell, outcome, why, seconds }: CellEntry): HTMLElement {
  const item = document.createElement("li");
  item.dataset["outcome"] = outcome;
  const time = outcome === "ran" || outcome === "failed" ? ` in ${durationOf(seconds)}` : "";
  item.append(text("code", cell), text("strong", `${WORDS[outcome]}${time}`), text("span", why));
  return item;
}

function durationOf(seconds: number): string {
  return seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000)).toLocaleString("en")} ms` : `${seconds.toFixed(1)} s`;
}

function text(tag: string, words: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}
