/** Replacing an output without disturbing whoever uses a widget inside it. */

import { TnElement } from "../widgets/element.ts";

/**
 * Puts `fragment` in the place of what `part` holds. Widgets that are in both stay the very same elements, with
 * focus and pointer; an output in which nothing but values of widgets has changed is left alone.
 */
export function swapContent(part: HTMLElement, fragment: DocumentFragment): void {
  const kept = matchWidgets(part, fragment);
  if (kept.length > 0 && signature(part) === signature(fragment)) {
    for (const widget of kept) takeValue(widget);
    return;
  }
  const gone = [...part.childNodes].filter((node) => !kept.some(({ old }) => old === node));
  const focused = document.activeElement;
  for (const pair of kept) pair.fresh.replaceWith(pair.place);
  part.append(fragment);
  for (const widget of kept) {
    moveTo(widget.old, widget.place);
    takeValue(widget);
  }
  for (const node of gone) node.remove();
  if (focused instanceof HTMLElement && focused !== document.activeElement && part.contains(focused)) focused.focus();
}

interface Kept {
  readonly old: TnElement;
  readonly fresh: HTMLElement;
  readonly place: HTMLElement;
  /** Whether a reader has it in hand. */
  readonly inHand: boolean;
}

/** Widgets of the old content that the new content has too: the same element of the kernel, made the same way. */
function matchWidgets(part: HTMLElement, fragment: DocumentFragment): readonly Kept[] {
  const free = [...part.querySelectorAll("[data-element]")].filter((old) => old instanceof TnElement);
  const kept: Kept[] = [];
  for (const fresh of fragment.querySelectorAll<HTMLElement>("[data-element]")) {
    const outer = kept.find((pair) => pair.fresh.contains(fresh));
    if (outer !== undefined) {
      takeInner(outer.old, fresh);
      continue;
    }
    const index = free.findIndex((old) => isSame(old, fresh) && !kept.some((pair) => pair.old.contains(old)));
    const [old] = index < 0 ? [] : free.splice(index, 1);
    if (old === undefined) continue;
    kept.push({ old, fresh, place: document.createElement("span"), inHand: old.contains(document.activeElement) });
  }
  return kept;
}

function isSame(old: HTMLElement, fresh: HTMLElement): boolean {
  const { element, args } = old.dataset;
  const same = old.localName === fresh.localName && element === fresh.dataset["element"];
  return same && args === fresh.dataset["args"] && innerIds(old) === innerIds(fresh);
}

/** The widgets inside of one that is made of others. */
function innerIds(widget: HTMLElement): string {
  return [...widget.querySelectorAll<HTMLElement>("[data-element]")].map((inner) => inner.dataset["element"]).join(" ");
}

/** A widget that stays as it is brings those inside of it, which may have other values now. */
function takeInner(outer: HTMLElement, fresh: HTMLElement): void {
  const inner = [...outer.querySelectorAll<HTMLElement>("[data-element]")];
  const old = inner.find((found) => found.dataset["element"] === fresh.dataset["element"]);
  if (!(old instanceof TnElement)) return;
  if (!old.isDraft) takeValue({ old, fresh, place: old, inHand: old.contains(document.activeElement) });
}

/** Moves an element to a place, with its state where the browser can. */
function moveTo(element: HTMLElement, place: HTMLElement): void {
  const parent: (ParentNode & { moveBefore?: (node: Node, child: Node) => void }) | null = place.parentNode;
  if (parent?.moveBefore === undefined) {
    place.replaceWith(element);
    return;
  }
  parent.moveBefore(element, place);
  place.remove();
}

/** What the kernel says a widget's value is, unless a reader has it in hand. */
function takeValue({ old, fresh, inHand }: Kept): void {
  const text = fresh.dataset["value"];
  if (text === undefined || text === JSON.stringify(old.value) || inHand) return;
  old.show(JSON.parse(text) as TnElement["value"]);
}

/** The content's HTML without what a widget's life changes in it. */
function signature(content: ParentNode & Node): string {
  const holder = document.implementation.createHTMLDocument("").createElement("div");
  for (const node of content.childNodes) holder.append(holder.ownerDocument.importNode(node, true));
  for (const widget of holder.querySelectorAll<HTMLElement>("[data-element]")) {
    widget.replaceChildren();
    for (const name of ["data-value", "data-live", "data-code", "style"]) widget.removeAttribute(name);
  }
  return holder.innerHTML;
}
