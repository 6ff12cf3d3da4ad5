/**
 * What has to happen before anything of a page is seen: the reader's theme and view, so that nothing flashes or moves,
 * and an ear for what fails later, so that no failure goes untold.
 */

import { applyTheme, chosenTheme, chosenView, type View } from "./reading.ts";
import { watchFailures } from "./view/failures.ts";

watchFailures(window);
applyTheme(document, chosenTheme());
const view = chosenView(new URL(location.href));
if (view !== null && view !== document.documentElement.dataset["view"]) changeView(view);

/** Opens or closes the code of each cell as it is parsed, before it is painted. */
function changeView(chosen: View): void {
  document.documentElement.dataset["view"] = chosen;
  const observer = new MutationObserver(() => {
    for (const source of document.querySelectorAll<HTMLDetailsElement>(".tn-source:not([data-seen])")) {
      source.dataset["seen"] = "";
      source.open = chosen === "notebook";
    }
  });
  observer.observe(document, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => {
    setTimeout(() => {
      observer.disconnect();
    });
  });
}
