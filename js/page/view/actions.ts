/** The buttons of the bar: show the code, run, stop. */

/** What the buttons act on. */
export interface Actions {
  run(ids?: readonly string[]): Promise<boolean>;
  interrupt(): boolean;
}

/** Adds the buttons to the bar. */
export function addActions(page: Actions): void {
  const bar = document.querySelector<HTMLElement>(".tn-actions");
  if (bar === null) return;
  bar.append(codeButton());
  if (window.crossOriginIsolated) {
    bar.append(button("Stop", "tn-stop", () => void page.interrupt()));
  }
}

function codeButton(): HTMLButtonElement {
  const toggle = button("Show code", "tn-toggle-code", () => {
    const sources = document.querySelectorAll<HTMLDetailsElement>(".tn-source");
    const open = toggle.getAttribute("aria-pressed") !== "true";
    for (const source of sources) source.open = open;
    toggle.setAttribute("aria-pressed", String(open));
    toggle.textContent = open ? "Hide code" : "Show code";
  });
  toggle.setAttribute("aria-pressed", "false");
  return toggle;
}

function button(text: string, name: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = name;
  element.textContent = text;
  element.addEventListener("click", act);
  return element;
}
