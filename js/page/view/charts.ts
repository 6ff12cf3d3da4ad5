/** Charts that libraries draw in the page: `outputs/charts.py` writes the same element. */

import type { Json } from "../../protocol/messages.ts";
import { reasonOf } from "../../protocol/reason.ts";
import type { Bundle } from "../state/cell-state.ts";

/** Draws `data` into `place`; returns what lets go of it. */
export type DrawChart = (place: HTMLElement, data: Json) => Promise<() => void>;

const LIBRARIES: Readonly<Record<string, () => Promise<{ readonly draw: DrawChart }>>> = {
  vegalite: () => import("./vega-chart.ts"),
  vega: () => import("./vega-chart.ts"),
  plotly: () => import("./plotly-chart.ts"),
};

/** A chart: its data in a script element that does not run, and what is shown until it is drawn. */
class TnChart extends HTMLElement {
  #drawn: Promise<() => void> | null = null;

  connectedCallback(): void {
    this.#drawn ??= this.#draw();
  }

  disconnectedCallback(): void {
    const drawn = this.#drawn;
    // It may only be moved.
    queueMicrotask(() => {
      if (this.isConnected || this.#drawn !== drawn) return;
      this.#drawn = null;
      void drawn?.then((end) => {
        end();
      });
    });
  }

  async #draw(): Promise<() => void> {
    const load = LIBRARIES[this.dataset["kind"] ?? ""];
    const text = this.querySelector(":scope > script")?.textContent ?? "";
    const place = document.createElement("div");
    place.className = "tn-chart-drawn";
    try {
      if (load === undefined || text === "") return () => undefined;
      const { draw } = await load();
      this.querySelector(":scope > .tn-chart-drawn")?.remove();
      this.append(place);
      const end = await draw(place, JSON.parse(text) as Json);
      this.dataset["drawn"] = "";
      return end;
    } catch (error) {
      place.remove();
      const told = { text: `A chart could not be drawn, and stays as text: ${reasonOf(error)}` };
      document.body.dispatchEvent(new CustomEvent("tn-problem", { bubbles: true, detail: told }));
      return () => undefined;
    }
  }
}

/** Has charts be drawn that are on the page, or come there. */
export function defineCharts(): void {
  if (customElements.get("tn-chart") === undefined) customElements.define("tn-chart", TnChart);
}

/** A chart of a bundle. */
export function renderChart(mime: string, data: Json, bundle: Bundle): HTMLElement {
  defineCharts();
  const chart = document.createElement("tn-chart");
  chart.dataset["kind"] = /vnd\.(\w+)\./.exec(mime)?.[1] ?? "";
  const script = document.createElement("script");
  script.type = "application/json";
  script.textContent = JSON.stringify(data);
  const text = document.createElement("pre");
  text.className = "tn-text";
  const plain = bundle["text/plain"];
  text.textContent = typeof plain === "string" ? plain : "Chart";
  chart.append(script, text);
  const element = document.createElement("div");
  element.className = "tn-rich";
  element.append(chart);
  return element;
}
