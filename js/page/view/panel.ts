/** A panel behind a word of the bar: opened by it, closed by Escape and by what is pressed elsewhere. */

export interface Panel {
  readonly details: HTMLDetailsElement;
  /** Where its content goes. */
  readonly body: HTMLElement;
}

/** Adds a closed panel to the bar. */
export function addPanel(bar: HTMLElement, name: string, title: string): Panel {
  const details = document.createElement("details");
  details.className = `tn-panel-of-bar ${name}`;
  const summary = document.createElement("summary");
  summary.textContent = title;
  const body = document.createElement("div");
  body.className = "tn-bar-panel";
  details.append(summary, body);
  bar.append(details);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    summary.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !details.contains(event.target)) details.open = false;
  });
  return { details, body };
}
