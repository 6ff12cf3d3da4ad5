/** How a reader wants to see pages: which view, and light or dark. Remembered where storage is allowed. */

/** Code on request; no code; all code. */
export const VIEWS = ["article", "app", "notebook"] as const;
export type View = (typeof VIEWS)[number];

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const THEME = "tiffin theme";

/** Themes are remembered for a whole site, views for each page. */
function viewKey(page: Pick<URL, "pathname">): string {
  return `tiffin view ${page.pathname.replace(/index\.html$/, "")}`;
}

/** The view that the address asks for (`?view=app`), else the one that the reader chose on this page, else null. */
export function chosenView(address: URL): View | null {
  const asked = address.searchParams.get("view");
  const found = VIEWS.find((view) => view === asked);
  if (found !== undefined) return found;
  const kept = recall(viewKey(address));
  return VIEWS.find((view) => view === kept) ?? null;
}

export function chosenTheme(): Theme {
  const kept = recall(THEME);
  return THEMES.find((theme) => theme === kept) ?? "system";
}

export function rememberView(address: URL, view: View): void {
  remember(viewKey(address), view);
}

export function rememberTheme(theme: Theme): void {
  remember(THEME, theme);
}

/** Shows the page in a theme; `system` is what the browser is set to. */
export function applyTheme(document: Document, theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  // What the page's ground is before its styles are there.
  const scheme = document.querySelector('meta[name="color-scheme"]');
  scheme?.setAttribute("content", theme === "system" ? "light dark" : theme);
}

function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // the browser allows no storage here
  }
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // It lasts as long as the page.
  }
}
