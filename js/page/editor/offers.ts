/** Packages that cells import and nobody has asked for: offered where they are missed, installed when somebody says so. */

import type { PackageOffer } from "../../protocol/rpc.ts";
import { showBanner } from "../view/banner.ts";
import { makeTextButton } from "../view/button.ts";

/** The page as offers need it. */
export interface OfferingPage {
  /** Has the package for a module installed, and runs the cells that import it. */
  install(module: string, cells: readonly string[]): Promise<boolean>;
  readonly edits: {
    section(id: string): HTMLElement | undefined;
    onOffered(listener: (offer: PackageOffer) => void): void;
  };
}

interface Standing {
  readonly offer: PackageOffer;
  readonly element: HTMLElement;
}

export class Offers {
  readonly #page: OfferingPage;
  /** By module. */
  readonly #standing = new Map<string, Standing>();

  constructor(page: OfferingPage) {
    this.#page = page;
    page.edits.onOffered((offer) => {
      this.#show(offer);
    });
  }

  /** What the palette lists of them. */
  get choices(): readonly { readonly title: string; readonly keys: readonly string[]; readonly act: () => void }[] {
    return [...this.#standing.values()].map(({ offer, element }) => ({
      title: `Install ${offer.name}`,
      keys: [],
      act: () => { this.#accept(offer, element); },
    }));
  }

  #show(offer: PackageOffer): void {
    this.#standing.get(offer.module)?.element.remove();
    const section = offer.cells.map((id) => this.#page.edits.section(id)).find((found) => found !== undefined);
    const element = section === undefined ? this.#makeBanner(offer) : this.#makeOffer(offer);
    const place = section?.querySelector(":scope > .tn-error") ?? null;
    if (section !== undefined) {
      if (place === null) section.append(element);
      else place.after(element);
      leaveWhenRun(section, () => {
        this.#end(offer, element);
      });
    }
    this.#standing.set(offer.module, { offer, element });
  }

  #makeOffer(offer: PackageOffer): HTMLElement {
    const element = document.createElement("div");
    element.className = "tn-offer";
    element.dataset["module"] = offer.module;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", `Install ${offer.name}?`);
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    words.textContent = offerText(offer);
    element.append(
      words,
      makeTextButton("Install and run", () => { this.#accept(offer, element); }),
      makeTextButton("Not now", () => { this.#end(offer, element); }),
    );
    return element;
  }

  /** For what no cell imports itself: a module of the notebook's own does. */
  #makeBanner(offer: PackageOffer): HTMLElement {
    const kind = `install-${offer.module}`;
    showBanner(kind, offerText(offer), [
      { text: "Install and run", act: () => { this.#accept(offer, element); } },
      { text: "Not now", act: () => { this.#end(offer, element); } },
    ]);
    const element = document.querySelector<HTMLElement>(`[data-banner="${kind}"]`) ?? document.createElement("div");
    return element;
  }

  #accept(offer: PackageOffer, element: HTMLElement): void {
    const words = element.querySelector("p");
    if (words !== null) words.textContent = `Installing ${offer.name}…`;
    const progress = document.createElement("progress");
    progress.setAttribute("aria-label", `Installing ${offer.name}`);
    for (const button of element.querySelectorAll("button")) button.remove();
    element.append(progress);
    element.setAttribute("data-installing", "");
    const done = (): void => {
      if (element.hasAttribute("data-installing")) this.#end(offer, element);
    };
    // What went wrong stands at the cell that misses it.
    this.#page.install(offer.module, offer.cells.filter((id) => this.#page.edits.section(id) !== undefined)).then(done, done);
  }

  #end(offer: PackageOffer, element: HTMLElement): void {
    element.remove();
    if (this.#standing.get(offer.module)?.element === element) this.#standing.delete(offer.module);
  }
}

/** Calls back when a cell that has come to rest runs again: should the package still be missing, it is offered anew. */
function leaveWhenRun(section: HTMLElement, leave: () => void): void {
  let rested: string | undefined;
  const observer = new MutationObserver(() => {
    const status = section.dataset["status"];
    if (rested === undefined && status !== "queued" && status !== "running") rested = status;
    if (rested === undefined || status === rested || section.querySelector(":scope > .tn-offer[data-installing]") !== null) return;
    observer.disconnect();
    leave();
  });
  observer.observe(section, { attributeFilter: ["data-status"] });
}

function offerText({ module, name }: PackageOffer): string {
  const what = name === module ? name : `${name}, which has ${module},`;
  return `${what} is not installed. It can be had from the package index.`;
}
