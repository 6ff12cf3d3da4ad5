/** Makes a page's notebook one that is edited. */

import type { EditedPage } from "./edit-page.ts";
import { EditPage, type EditSettings } from "./edit-page.ts";
import { type Draft, readDraft } from "./draft.ts";
import { type OfferingPage, Offers } from "./offers.ts";
import { showToast } from "./toast.ts";

/** Fetches the notebook that was exported; throws a sentence if that cannot be had. */
export async function fetchDraft(url: string): Promise<Draft> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the notebook could not be loaded from ${url}: status ${response.status}`);
  return readDraft(await response.text());
}

/** Whether keys are those of a Mac. */
export function hasMacKeys(agent: { readonly userAgent: string }): boolean {
  return /Mac OS|Macintosh|iPhone|iPad/.test(agent.userAgent);
}

/** Puts editors in the place of code. */
export function startEditing(page: EditedPage & OfferingPage, draft: Draft, settings: Partial<EditSettings> = {}): EditPage {
  const editing = new EditPage(page, draft, {
    isMac: hasMacKeys(navigator),
    changed: () => undefined,
    tell: showToast,
    ...settings,
    more: () => [...offers.choices, ...(settings.more?.() ?? [])],
  });
  const offers = new Offers(page); // when there are cells to offer something at
  return editing;
}
