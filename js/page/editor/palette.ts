/** All commands by name: a field to search, and a list to choose from. */

import { COMMANDS, type CommandName, keyText } from "./commands.ts";

export interface Choice {
  readonly title: string;
  readonly keys: readonly string[];
  readonly act: () => void;
}

/** The choices that hold every word of a search, those first that begin with it. */
export function search<T extends { readonly title: string }>(choices: readonly T[], text: string): readonly T[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = choices.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
  const begins = (choice: T): number => (choice.title.toLowerCase().startsWith(words[0] ?? "") ? 0 : 1);
  return [...found].sort((a, b) => begins(a) - begins(b));
}

/** The commands, and what more a page offers, as choices. */
export function choicesOf(act: (name: CommandName) => void, hasCell: boolean, isMac: boolean): readonly Choice[] {
  return (Object.keys(COMMANDS) as CommandName[])
    .filter((name) => name !== "palette" && (hasCell || !COMMANDS[name].ofCell))
    .map((name) => {
      const { title, keys = [], chosen = [] } = COMMANDS[name] as { title: string; keys?: readonly string[]; chosen?: readonly string[] };
      const [first] = [...keys, ...chosen];
      return {
        title,
        keys: first === undefined ? [] : [keyText(first, isMac)],
        act: () => {
          act(name);
        },
      };
    });
}

/** Shows choices in a dialog; resolves when it is closed, after what was chosen was done. */
export function openPalette(choices: readonly Choice[], title: string): void {
  const dialog = document.createElement("dialog");
  dialog.className = "tn-palette";
  dialog.setAttribute("aria-label", title);
  const field = document.createElement("input");
  field.type = "text";
  field.placeholder = title;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-controls", "tn-palette-list");
  field.setAttribute("aria-label", title);
  field.autocomplete = "off";
  const list = document.createElement("ul");
  list.id = "tn-palette-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", title);
  let shown = choices;
  let at = 0;
  const mark = (): void => {
    for (const [index, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(index === at));
    const item = list.children[at];
    if (item === undefined) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    }
  };
  const choose = (index: number): void => {
    const choice = shown[index];
    dialog.close();
    choice?.act();
  };
  const fill = (): void => {
    shown = search(choices, field.value);
    at = 0;
    list.replaceChildren(...shown.map((choice, index) => makeItem(choice, index, choose)));
    if (shown.length === 0) {
      const none = document.createElement("li");
      none.className = "tn-palette-none";
      none.textContent = "There is no such command.";
      list.append(none);
    }
    mark();
  };
  field.addEventListener("input", fill);
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation(); // keys of the page are not meant
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0 && shown.length > 0) at = (at + by + shown.length) % shown.length;
    else if (event.key === "Enter") choose(at);
    else return;
    event.preventDefault();
    mark();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
  });
  dialog.append(field, list);
  document.body.append(dialog);
  fill();
  dialog.showModal();
  field.focus();
}

function makeItem(choice: Choice, index: number, choose: (index: number) => void): HTMLElement {
  const item = document.createElement("li");
  item.id = `tn-palette-${index}`;
  item.setAttribute("role", "option");
  const title = document.createElement("span");
  title.textContent = choice.title;
  item.append(title);
  for (const keys of choice.keys) {
    const key = document.createElement("kbd");
    key.textContent = keys;
    item.append(key);
  }
  item.addEventListener("click", () => {
    choose(index);
  });
  return item;
}
