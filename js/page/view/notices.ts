/** Notices below the bar: what a reader may want to know, one sentence each. */

import type { Notice } from "../../protocol/messages.ts";
import { makeTextButton } from "./button.ts";

export type NoticeText = Pick<Notice, "level" | "text">;

const MOST = 8;

/** Adds a notice, and returns it; the same text is shown once, and of very many only the latest stay. */
export function showNotice(notice: NoticeText): Element {
  const list = document.querySelector<HTMLElement>(".tn-notices") ?? makeList();
  const there = [...list.children].find((item) => item.textContent === notice.text);
  if (there !== undefined) return there;
  const item = document.createElement("li");
  item.className = `tn-notice tn-notice-${notice.level}`;
  const text = document.createElement("span");
  text.textContent = notice.text;
  const close = makeTextButton("", () => {
    item.remove();
  });
  close.setAttribute("aria-label", "Dismiss");
  item.append(text, close);
  list.append(item);
  while (list.children.length > MOST) list.firstElementChild?.remove();
  return item;
}

/** The sentence for a restart; `why` is its beginning, `stale` are the cells that it has cost. */
export function restartText(why: string, stale: readonly string[]): string {
  if (stale.length === 0) return `${why}; every result is still there.`;
  const [last, ...others] = [...stale].reverse();
  const names = others.length === 0 ? String(last) : `${others.reverse().join(", ")} and ${String(last)}`;
  return `${why}: ${names} ${stale.length === 1 ? "is stale, run it" : "are stale, run them"} again.`;
}

/** Why Python died, in words; what an engine says of it is for those who know it. */
export function causeText(reason: string): string {
  if (/out of memory|allocation failed|memory access out of bounds|cannot enlarge memory/i.test(reason)) {
    return "it ran out of memory";
  }
  if (/maximum call stack|too much recursion|stack overflow/i.test(reason)) return "it called itself too deeply";
  return reason;
}

function makeList(): HTMLElement {
  const list = document.createElement("ul");
  list.className = "tn-notices";
  list.setAttribute("role", "log");
  list.setAttribute("aria-label", "Notices");
  const bar = document.querySelector(".tn-bar");
  if (bar === null) document.body.prepend(list);
  else bar.after(list);
  return list;
}
