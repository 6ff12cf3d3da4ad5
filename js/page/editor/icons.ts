/** The few signs on buttons, drawn in the colour of their text. */

const PATHS = {
  run: "M5 3.5v9l7-4.5z",
  check: "M3.5 8.5l3 3 6-7",
  pencil: "M3.5 12.5l.6-2.6 6.4-6.4 2 2-6.4 6.4z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  plus: "M8 3.5v9M3.5 8h9",
  up: "M4 9.5l4-4 4 4",
  down: "M4 6.5l4 4 4-4",
  close: "M4 4l8 8M12 4l-8 8",
  bin: "M3 4.5h10M6.5 4.5v-1.5h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5",
  copy: "M5.5 5.5v-2.5h7.5v7.5h-2.5M3 5.5h7.5v7.5h-7.5z",
  share: "M8 9.5v-7M5.5 5l2.5-2.5 2.5 2.5M4 8v5.5h8v-5.5",
  download: "M8 2.5v7M5.5 7l2.5 2.5 2.5-2.5M3.5 10v3.5h9v-3.5",
  book: "M3 3.5h4a1 1 0 0 1 1 1v8.5a1.5 1.5 0 0 0-1.5-1h-3.5zM13 3.5h-4a1 1 0 0 0-1 1v8.5a1.5 1.5 0 0 1 1.5-1h3.5z",
  file: "M4 2.5h5l3 3v8h-8zM9 2.5v3h3",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** A sign; what it means stands beside it, or in its button's label. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `tn-icon tn-icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
