/** Vega's and Vega-Lite's charts, interpreted: the page's policy lets nothing make code of text. */

import { parse, type Spec, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

import type { Json } from "../../protocol/messages.ts";
import type { DrawChart } from "./charts.ts";

export const draw: DrawChart = async (place, data) => {
  const isLite = place.parentElement?.dataset["kind"] === "vegalite";
  const spec = isLite ? compile(data as unknown as TopLevelSpec).spec : (data as unknown as Spec);
  const view = new View(parse(spec, undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer: "svg",
    container: place,
    hover: true,
  });
  await view.runAsync();
  place.querySelector("svg")?.setAttribute("aria-label", describe(data));
  return () => {
    view.finalize();
  };
};

/** What a chart says of itself. */
function describe(data: Json): string {
  const { description, title } = data as { readonly description?: Json; readonly title?: Json };
  if (typeof description === "string") return description;
  return typeof title === "string" ? title : "Chart";
}
