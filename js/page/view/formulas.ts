/** Formulas as MathML, which the page's policy and the page's fonts allow: KaTeX's own markup needs style attributes. */

import katex from "katex";

/** Environments whose lines LaTeX numbers: a formula does not know how many there were before it. */
const NUMBERED = /(\\(?:begin|end)\{(?:equation|align|alignat|gather))\}/g;

/** The MathML of a formula in LaTeX, or its source where that is no formula. */
export function renderFormula(formula: string, display: boolean): string {
  const holder = document.createElement("template");
  try {
    holder.innerHTML = katex.renderToString(formula.replace(NUMBERED, "$1*}"), { displayMode: display, output: "mathml", strict: false });
  } catch {
    const code = document.createElement("code");
    code.className = "tn-formula-source";
    code.textContent = formula;
    return code.outerHTML;
  }
  const math = holder.content.querySelector("math");
  if (math === null) throw new Error("KaTeX has made no MathML");
  // Its source would be text to whoever takes the markup for HTML.
  const drawn = math.querySelector(":scope > semantics > :first-child");
  if (drawn !== null) math.replaceChildren(...(drawn.localName === "mrow" ? drawn.childNodes : [drawn]));
  math.removeAttribute("xmlns");
  return math.outerHTML;
}
