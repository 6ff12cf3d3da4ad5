/** Parts of outputs that are wider than the page: they scroll, and so must be reached by keys, too. */

const SCROLLERS = ".tn-code, pre.tn-text, .tn-text pre, .tn-rich, .tn-table-frame, .tn-prose pre, .tn-math";
const PAUSE = 150; // milliseconds

/** Lets what overflows take the focus, and nothing else; looks again whenever the page changes. */
export function watchScrollers(root: HTMLElement): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      markScrollers(root);
    }, PAUSE);
  };
  new MutationObserver(later).observe(root, { childList: true, subtree: true });
  root.addEventListener("toggle", later, true); // it does not bubble
  addEventListener("resize", later, { passive: true });
  later();
}

export function markScrollers(root: HTMLElement): void {
  const found = [...root.querySelectorAll<HTMLElement>(SCROLLERS)].map((part) => ({
    part,
    scrolls: part.scrollWidth > part.clientWidth && getComputedStyle(part).overflowX !== "visible",
  }));
  for (const { part, scrolls } of found) {
    if (scrolls) part.tabIndex = 0;
    else if (part.getAttribute("tabindex") === "0") part.removeAttribute("tabindex");
  }
}
