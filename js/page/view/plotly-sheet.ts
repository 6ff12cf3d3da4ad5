/**
 * Plotly's style sheet, adopted by the document: the style elements that Plotly would make are refused by the page's
 * policy. It looks for elements of these ids first.
 */

const GLOBAL = "plotly.js-style-global";
/** Of the maps that are bundled with it: their sheet is not needed to draw them. */
const MAPS = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";

const sheet = new CSSStyleSheet();
for (const id of [GLOBAL, MAPS]) {
  const holder = document.createElement("meta");
  holder.id = id;
  Object.defineProperty(holder, "sheet", { value: sheet });
  document.head.append(holder);
}
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
