/** Which rows a scrolled box shows, and where: only these are in the document. */

/** More pixels than this no engine lays out (Firefox: 17.9 million). */
export const HIGHEST = 8_000_000;
/** Rows beyond the edges, so that there is something to scroll into. */
const MARGIN = 8;

export interface Viewport {
  /** The rows to be in the document: from `start` up to `end`. */
  readonly start: number;
  readonly end: number;
  /** Pixels from the top of the body to the row `start`. */
  readonly offset: number;
}

/** Pixels that the body of a table takes. */
export function bodyHeight(total: number, rowHeight: number): number {
  return Math.min(total * rowHeight, HIGHEST);
}

/** What to show where `scroll` of the body, in pixels, is above a box with `visible` pixels for rows. */
export function viewportAt(scroll: number, visible: number, total: number, rowHeight: number): Viewport {
  const height = bodyHeight(total, rowHeight);
  // In a body that is lower than its rows are, scrolling goes proportionally faster.
  const most = Math.max(0, height - visible);
  const real = Math.max(0, total * rowHeight - visible);
  const at = most === 0 ? 0 : (Math.min(Math.max(scroll, 0), most) / most) * real;
  const start = Math.max(0, Math.floor(at / rowHeight) - MARGIN);
  const end = Math.min(total, Math.ceil((at + visible) / rowHeight) + MARGIN);
  return { start, end, offset: Math.min(scroll, most) - (at - start * rowHeight) };
}

/** How far to scroll so that a row is seen; null where it is. */
export function scrollFor(row: number, scroll: number, visible: number, total: number, rowHeight: number): number | null {
  const most = Math.max(0, bodyHeight(total, rowHeight) - visible);
  const real = Math.max(0, total * rowHeight - visible);
  const at = most === 0 ? 0 : (scroll / most) * real;
  const [top, bottom] = [row * rowHeight, (row + 1) * rowHeight];
  if (top >= at && bottom <= at + visible) return null;
  const wanted = top < at ? top : bottom - visible;
  return real === 0 ? 0 : (wanted / real) * most;
}
