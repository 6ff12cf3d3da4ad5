/** Plotly's figures, by its build that makes no code of text. */

import "./plotly-sheet.ts";
import Plotly from "plotly.js-strict-dist-min";

import type { DrawChart } from "./charts.ts";

export const draw: DrawChart = async (place, data) => {
  const { data: traces, layout } = data as { readonly data?: readonly object[]; readonly layout?: object };
  await Plotly.newPlot(place, traces ?? [], layout ?? {}, { responsive: true, displaylogo: false });
  return () => {
    Plotly.purge(place);
  };
};
