import { beforeEach, describe, expect, it } from "vitest";

import { FilesPanel } from "../../../../js/page/folder/files-panel.ts";
import { Folder, type FolderFile } from "../../../../js/page/folder/folder.ts";

let folder: Folder;
let panel: FilesPanel;
let done: string[];
let note: string | null;

beforeEach(() => {
  document.body.innerHTML = '<header class="tn-bar"><span class="tn-actions"></span></header>';
  folder = new Folder(() => undefined);
  done = [];
  note = null;
  const bar = document.querySelector<HTMLElement>(".tn-actions");
  if (bar === null) throw new Error("no bar");
  panel = new FilesPanel(bar, folder, {
    pick: () => done.push("pick"),
    take: (files) => done.push(`take ${files.map(({ name }) => name).join()}`),
    download: ({ name }) => done.push(`download ${name}`),
    remove: (name) => {
      done.push(`remove ${name}`);
      folder.remove(name);
    },
    noteOf: ({ name }) => (name === "b.csv" ? "not kept" : null),
    note: () => note,
  });
});

const file = (name: string, origin: FolderFile["origin"], text: string): FolderFile => ({ name, origin, changed: 1, content: new Blob([text]) });
const lines = (): string[] => [...document.querySelectorAll(".tn-folder-file")].map((row) => row.textContent);
const button = (name: string): HTMLElement => {
  const found = [...document.querySelectorAll("button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent) === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const shown = (name: string): string => {
  const element = document.querySelector<HTMLElement>(`.${name}`);
  return element === null || element.hidden ? "" : element.textContent;
};

describe("the files panel", () => {
  it("says what to do as long as there are none, and counts them then", () => {
    expect(document.querySelector("summary")?.textContent).toBe("Files");
    expect(shown("tn-folder-none")).toContain("Upload one, or drop it here");
    folder.put([file("b.csv", "written", "12"), file("a.csv", "uploaded", "1")]);
    expect(document.querySelector("summary")?.textContent).toBe("Files2");
    expect(lines()).toEqual(["a.csv1 byte · uploaded", "b.csv2 bytes · written by a cell · not kept"]);
    expect(shown("tn-folder-none")).toBe("");
    expect(shown("tn-folder-sum")).toBe("2 files, 3 bytes");
    note = "They are not kept here.";
    panel.refresh();
    expect(shown("tn-folder-note")).toBe("They are not kept here.");
  });

  it("downloads, deletes and uploads by its buttons", () => {
    folder.put([file("a.csv", "uploaded", "1")]);
    for (const name of ["Download a.csv", "Delete a.csv", "Upload…"]) button(name).click();
    expect(done).toEqual(["download a.csv", "remove a.csv", "pick"]);
  });

  it("keeps the place of whoever deletes by keys", () => {
    folder.put([file("a", "uploaded", ""), file("b", "uploaded", ""), file("c", "uploaded", "")]);
    panel.open();
    expect(document.activeElement?.textContent).toBe("Upload…");
    for (const [name, next] of [["b", "Delete c"], ["c", "Delete a"], ["a", null]] as const) {
      button(`Delete ${name}`).focus();
      button(`Delete ${name}`).click();
      expect(document.activeElement?.getAttribute("aria-label") ?? null).toBe(next);
    }
    expect(document.activeElement?.textContent).toBe("Upload…");
  });

  it("shows names as text", () => {
    folder.put([file("<img src=x>.csv", "written", "")]);
    expect(document.querySelector("img")).toBeNull();
  });
});
