/** The playground: a page on which notebooks are written, kept, shared and opened. */

import type { BootPolicy } from "../config.ts";
import { type Draft, newDraft } from "../editor/draft.ts";
import type { EditPage } from "../editor/edit-page.ts";
import { startEditing } from "../editor/start.ts";
import { showToast } from "../editor/toast.ts";
import { Desk, downloadFile, pickFiles } from "../folder/desk.ts";
import { FilesPanel } from "../folder/files-panel.ts";
import { Folder } from "../folder/folder.ts";
import { KeptFiles } from "../keeping/kept-files.ts";
import { Library, newNotebookId } from "../keeping/library.ts";
import { openStore } from "../keeping/open-store.ts";
import type { NotebookPage } from "../notebook-page.ts";
import { purifyWith } from "../view/author-styles.ts";
import { hideBanner, showBanner } from "../view/banner.ts";
import { makeTextButton } from "../view/button.ts";
import { showNotice } from "../view/notices.ts";
import { reasonOf } from "../../protocol/reason.ts";
import { addressOf, type Asked, readAddress } from "./address.ts";
import { downloadNotebook, openDownloads } from "./download.ts";
import { FileKeeper, fileProblemText } from "./file-keeper.ts";
import { hearFiles, type Opened, openFile, pickFile } from "./files.ts";
import { Keeper, problemText } from "./keeper.ts";
import { unpackNotebook } from "./link.ts";
import { purifyHtml } from "./purify.ts";
import { shareNotebook } from "./share.ts";
import { openShelf } from "./shelf.ts";
import { lockNotebook } from "./writing-lock.ts";

/** A notebook that is about to be shown, with the id under which it is kept. */
interface Chosen {
  readonly id: string;
  readonly draft: Draft;
  /** Whether it is in the library already. */
  readonly isKept: boolean;
  readonly take: boolean;
  /** Whether it came from elsewhere: it is shown, and runs only when the reader says so, where it reaches nothing. */
  readonly isForeign: boolean;
}

export { bootSandbox } from "./boot-sandbox.ts";

/**
 * Opens what the address asks for; Python starts then, unless it never does on this page. `contain` has it run where
 * code from elsewhere reaches nothing.
 */
export async function startPlayground(page: NotebookPage, policy: BootPolicy, contain: () => void): Promise<void> {
  const store = await openStore("notebooks", { storage: navigator.storage, databases: indexedDB });
  const library = new Library(store);
  const chosen = await choose(library, readAddress(new URL(location.href)));
  if (chosen.isForeign) {
    contain();
    purifyWith(purifyHtml);
    document.documentElement.dataset["foreign"] = "";
  }
  await new Playground(page, library, new KeptFiles(store, chosen.id), chosen).start();
  if (chosen.isForeign) askToRun(page);
  else if (policy !== "never") page.boot().catch(() => undefined); // the status line tells of it
  await library.sweep();
}

/** What the address asks for, or what comes closest to it. */
async function choose(library: Library, asked: Asked): Promise<Chosen> {
  const fresh = (draft: Draft, isForeign = false): Chosen => ({ id: newNotebookId(), draft, isKept: false, take: false, isForeign });
  const own = async (id: string, take: boolean): Promise<Chosen | null> => {
    const draft = await library.read(id);
    return draft === null ? null : { id, draft, isKept: true, take, isForeign: await library.isForeign(id) };
  };
  switch (asked.kind) {
    case "own": {
      const found = await own(asked.id, asked.take);
      if (found !== null) return found;
      showBanner("lost", "There is no such notebook in this browser: here is an empty one.", []);
      return fresh(newDraft("untitled"));
    }
    case "latest": {
      const [latest] = await library.list();
      return (latest === undefined ? null : await own(latest.id, false)) ?? fresh(newDraft("untitled"));
    }
    case "shared":
      try {
        return fresh(await unpackNotebook(asked.text), true);
      } catch (error) {
        showBanner("lost", `This link could not be opened: ${reasonOf(error)}. Here is an empty notebook.`, []);
        return fresh(newDraft("untitled"));
      }
    case "remote":
      try {
        const { fetchNotebook } = await import("./remote.ts");
        return fresh(await fetchNotebook(asked.url, location.href), true);
      } catch (error) {
        showBanner("lost", `${asked.url} could not be opened: ${reasonOf(error)}. Here is an empty notebook.`, []);
        return fresh(newDraft("untitled"));
      }
    case "new":
      return fresh(newDraft("untitled"));
  }
}

/** Lets the reader decide whether a notebook from elsewhere runs. */
function askToRun(page: NotebookPage): void {
  const text = "This notebook came from elsewhere. Nothing of it has run: read it first. When it runs, it cannot reach your notebooks.";
  const run = (): void => {
    hideBanner("foreign");
    page.boot().catch(() => undefined); // the status line tells of it
  };
  showBanner("foreign", text, [{ text: "Run it", act: run }]);
}

class Playground {
  readonly #page: NotebookPage;
  readonly #library: Library;
  readonly #chosen: Chosen;
  readonly #keeper: Keeper;
  readonly #folder: Folder;
  readonly #files: FileKeeper;
  readonly #desk: Desk;
  #panel: FilesPanel | null = null;
  /** Whether this tab keeps the notebook. */
  #isMine = false;
  #editing: EditPage | null = null;

  constructor(page: NotebookPage, library: Library, files: KeptFiles, chosen: Chosen) {
    this.#page = page;
    this.#library = library;
    this.#chosen = chosen;
    this.#keeper = new Keeper(library, chosen.id, chosen.isForeign, chosen.isKept, {
      problem: (why) => {
        if (why === null) hideBanner("keeping");
        else showBanner("keeping", problemText(why), [{ text: "Download", act: () => { this.#save(); } }]);
      },
      begun: () => {
        history.replaceState(null, "", addressOf(new URL(location.href), chosen.id));
        if (library.isLasting) this.#files.begin();
        this.#panel?.refresh();
      },
    });
    this.#folder = page.folder = new Folder((text) => {
      showNotice({ level: "warning", text });
    });
    this.#files = new FileKeeper(files, this.#folder, () => { this.#tellFiles(); });
    this.#desk = new Desk(this.#folder, { check: (names) => page.checkFiles(names), tell: showToast });
  }

  async start(): Promise<void> {
    const { id, draft, isKept, take } = this.#chosen;
    const mine = await lockNotebook(navigator.locks, id, take, () => { this.#giveWay(); });
    this.#editing = startEditing(this.#page, draft, {
      changed: (next) => {
        this.#keeper.change(next);
        showName(next.name);
      },
      more: () => [
        { title: "Show your notebooks", keys: [], act: () => { this.#openShelf(); } },
        { title: "Make a new notebook", keys: [], act: () => { this.#go("new"); } },
        { title: "Open a file", keys: [], act: () => { this.#pick(); } },
        { title: "Show the files", keys: [], act: () => { this.#panel?.open(); } },
        { title: "Upload a file", keys: [], act: () => { this.#pickFiles(); } },
        { title: "Share a link", keys: [], act: () => { this.#share(); } },
        { title: "Download the notebook", keys: [], act: () => { this.#download(); } },
      ],
    });
    showName(draft.name);
    this.#addButtons();
    if (isKept) {
      const [shown, entries, lost] = await Promise.all([
        this.#library.readShown(id),
        this.#library.entries(id),
        this.#files.load(),
      ]);
      this.#page.results.show(shown, entries);
      if (lost.length > 0) showToast(`This browser has lost ${lost.join(", ")}: upload it again.`, null);
      history.replaceState(null, "", addressOf(new URL(location.href), id));
    }
    if (mine) this.#keep();
    else this.#giveWay();
    hearFiles({ open: (opened) => void this.#open(opened), bring: (files) => void this.#desk.take(files) });
    this.#folder.onChange(() => {
      // A notebook of one's own is kept for the sake of its files; one from elsewhere when its reader writes in it.
      if (this.#editing !== null && !this.#chosen.isForeign && !this.#keeper.isBegun) this.#keeper.change(this.#editing.draft);
    });
    document.documentElement.dataset["playground"] = "open";
  }

  /** Keeps what changes from now on. */
  #keep(): void {
    this.#isMine = true;
    this.#page.results.onStored((entry) => { this.#keeper.add(entry); });
    this.#page.onRest(() => { this.#keeper.show(() => this.#page.results.text()); });
    if (this.#keeper.isBegun && this.#library.isLasting) this.#files.begin();
    if (!this.#library.isLasting) showBanner("keeping", problemText("denied"), [{ text: "Download", act: () => { this.#save(); } }]);
    // A page that is left has no time for anything else.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") void this.#keeper.flush();
    });
    window.addEventListener("pagehide", () => void this.#keeper.flush());
  }

  /** Another tab keeps this notebook. */
  #giveWay(): void {
    this.#keeper.stop();
    this.#files.stop();
    this.#isMine = false;
    this.#panel?.refresh();
    const text = "This notebook is open in another tab, too. What you write here is not kept.";
    showBanner("tabs", text, [
      { text: "Write here instead", act: () => { location.href = addressOf(new URL(location.href), this.#chosen.id, true); } },
    ]);
  }

  #addButtons(): void {
    const bar = document.querySelector(".tn-actions");
    bar?.prepend(
      makeTextButton("Notebooks", () => { this.#openShelf(); }, "tn-notebooks"),
      makeTextButton("Share", () => { this.#share(); }, "tn-share"),
      makeTextButton("Download", () => { this.#download(); }, "tn-download"),
    );
    if (bar instanceof HTMLElement) this.#addPanel(bar);
  }

  #addPanel(bar: HTMLElement): void {
    const { isForeign } = this.#chosen;
    this.#panel = new FilesPanel(bar, this.#folder, {
      pick: () => { this.#pickFiles(); },
      take: (files) => void this.#desk.take(files),
      download: downloadFile,
      remove: (name) => { this.#desk.remove(name); },
      noteOf: ({ name }) => (this.#files.problems.has(name) ? "not kept" : null),
      note: () => {
        if (this.#isMine && this.#library.isLasting && (!isForeign || this.#keeper.isBegun)) return null;
        return this.#isMine && this.#library.isLasting
          ? "They are for this notebook alone, and are kept with it once you write in it."
          : "They are not kept here: download what you need before you leave the page.";
      },
    });
    bar.querySelector(".tn-notebooks")?.after(this.#panel.element);
  }

  #pickFiles(): void {
    pickFiles((files) => void this.#desk.take(files));
  }

  /** Says which files are not kept. */
  #tellFiles(): void {
    this.#panel?.refresh();
    const [problem] = this.#files.problems;
    const file = problem === undefined ? undefined : this.#folder.find(problem[0]);
    if (problem === undefined || file === undefined) hideBanner("files");
    else showBanner("files", fileProblemText(...problem), [{ text: "Download", act: () => { downloadFile(file); } }]);
  }

  /** Keeps everything that is not kept yet. */
  async #flush(): Promise<void> {
    await this.#keeper.flush();
    await this.#files.settled();
  }

  #openShelf(): void {
    const open = async (): Promise<void> => {
      await this.#flush();
      await openShelf(this.#library, this.#chosen.id, {
        open: (id) => { this.#go(id); },
        create: () => { this.#go("new"); },
        pick: () => { this.#pick(); },
        download: () => { this.#download(); },
        rename: async (name) => {
          this.#editing?.renameNotebook(name);
          await this.#keeper.flush();
        },
      });
    };
    void open();
  }

  #go(id: string): void {
    void this.#flush().then(() => {
      location.href = addressOf(new URL(location.href), id);
    });
  }

  #share(): void {
    if (this.#editing !== null) void shareNotebook(this.#editing.draft, new URL(location.href));
  }

  #download(): void {
    if (this.#editing !== null) openDownloads(this.#editing.draft);
  }

  /** Downloads the notebook with all that is known of it, as long as there is a page to do so. */
  #save(): void {
    if (this.#editing !== null) void downloadNotebook(this.#editing.draft, ".json");
  }

  #pick(): void {
    pickFile((file) => void this.#open(openFile(file)));
  }

  /** Keeps a notebook from elsewhere as one that nobody here has agreed to, and goes there. */
  async #open(opening: Promise<Opened>): Promise<void> {
    const opened = await opening;
    if (opened.draft === null) {
      showToast(opened.problem, null);
      return;
    }
    const id = newNotebookId();
    const kept = await this.#library.write(id, opened.draft, true);
    if (kept.kept) this.#go(id);
    else showToast(problemText(kept.why), null);
  }
}

/** Shows the notebook's name in the bar and as the page's title. */
function showName(name: string): void {
  for (const place of document.querySelectorAll(".tn-name, .tn-page-title")) place.textContent = name;
  document.title = `${name} – tiffin`;
}
