/** The list of notebooks, in a dialog: open, rename, duplicate, delete, bring back. */

import { makeIconButton } from "../editor/icon-button.ts";
import { makeTextButton } from "../view/button.ts";
import { showToast } from "../editor/toast.ts";
import type { About, Library } from "../keeping/library.ts";
import { newNotebookId } from "../keeping/library.ts";
import { openDialog } from "./dialog.ts";

export interface ShelfEvents {
  readonly open: (id: string) => void;
  readonly create: () => void;
  readonly pick: () => void;
  readonly download: () => void;
  /** Gives the notebook on the page another name, and keeps it. */
  readonly rename: (name: string) => Promise<void>;
}

/** Shows the list; `present` is the notebook on the page. */
export async function openShelf(library: Library, present: string, events: ShelfEvents): Promise<void> {
  const list = document.createElement("ul");
  const leave = (act: () => void) => (): void => {
    dialog.close();
    act();
  };
  const fill = async (): Promise<void> => {
    const found = await library.list();
    list.replaceChildren(...found.map((about) => makeRow(about)));
    if (found.length === 0) {
      const none = document.createElement("li");
      none.className = "tn-shelf-none";
      none.textContent = library.isLasting
        ? "Nothing is kept here yet. What you write is kept by itself."
        : "This browser keeps nothing for this page.";
      list.append(none);
    }
  };
  const makeRow = (about: About): HTMLElement => {
    const row = document.createElement("li");
    row.toggleAttribute("data-present", about.id === present);
    const name = makeTextButton(about.name, leave(() => { events.open(about.id); }));
    name.className = "tn-shelf-name";
    const when = document.createElement("time");
    when.dateTime = new Date(about.changed).toISOString();
    when.textContent = whenText(about.changed, Date.now());
    row.append(
      name,
      when,
      makeIconButton("pencil", `Rename ${about.name}`, () => { rename(row, about); }),
      makeIconButton("copy", `Duplicate ${about.name}`, () => void duplicate(about)),
      makeIconButton("bin", `Delete ${about.name}`, () => void remove(about)),
    );
    return row;
  };
  const rename = (row: HTMLElement, about: About): void => {
    const field = document.createElement("input");
    field.value = about.name;
    field.setAttribute("aria-label", `Name of ${about.name}`);
    let isOver = false;
    const end = (isKept: boolean): void => {
      if (isOver) return;
      isOver = true;
      const name = field.value.trim();
      if (!isKept || name === "" || name === about.name) {
        void fill();
        return;
      }
      const renamed: Promise<unknown> = about.id === present ? events.rename(name) : library.rename(about.id, name);
      void renamed.then(fill);
    };
    field.addEventListener("blur", () => { end(true); });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault(); // Escape would close the list
        end(event.key === "Enter");
      }
    });
    row.querySelector(".tn-shelf-name")?.replaceWith(field);
    field.focus();
    field.select();
  };
  const duplicate = async (about: About): Promise<void> => {
    const kept = await library.duplicate(about.id, newNotebookId(), `${about.name} copy`);
    if (!kept.kept) showToast(`${about.name} could not be duplicated: there is no room left.`, null);
    await fill();
  };
  const remove = async (about: About): Promise<void> => {
    await library.remove(about.id);
    await fill();
    showToast(`${about.name} was deleted.`, () => {
      void library.bringBack(about.id).then(fill);
    }, dialog);
  };
  await fill();
  const dialog = openDialog("Your notebooks", [list], [
    makeTextButton("New notebook", leave(events.create)),
    makeTextButton("Open a file…", leave(events.pick)),
    makeTextButton("Download…", leave(events.download)),
  ]);
}

/** How long ago something was, in words. */
export function whenText(then: number, now: number): string {
  const minutes = Math.round((now - then) / 60_000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (minutes < 1) return "just now";
  if (minutes < 60) return words.format(-minutes, "minute");
  if (minutes < 24 * 60) return words.format(-Math.round(minutes / 60), "hour");
  return words.format(-Math.round(minutes / (24 * 60)), "day");
}
