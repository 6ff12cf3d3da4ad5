/** Buttons that say in words what they do. */

/** A button that reads `text`; `name` is its class. */
export function makeTextButton(text: string, act: () => void, name = ""): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  if (name !== "") button.className = name;
  button.addEventListener("click", act);
  return button;
}
