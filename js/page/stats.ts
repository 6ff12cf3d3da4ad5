/** What the page has counted and timed: `tiffin.stats()`. */

import type { KernelStats } from "../protocol/messages.ts";

/** Times in milliseconds since the worker started. */
export interface PageStats {
  readonly cellsRun: number;
  readonly cellsRestored: number;
  readonly manifestsFetched: number;
  readonly blobsFetched: number;
  readonly blobsRejected: number;
  readonly valuesMaterialised: number;
  readonly boot: Readonly<Record<string, number>>;
}

/** The statistics of a kernel that has done nothing yet. */
export const NOTHING: KernelStats = {
  cells_run: 0,
  cells_restored: 0,
  manifests_fetched: 0,
  blobs_fetched: 0,
  blobs_rejected: 0,
  values_materialised: 0,
};

/** The kernel's statistics as embedders read them. */
export function pageStats(stats: KernelStats, boot: Readonly<Record<string, number>>): PageStats {
  return {
    cellsRun: stats.cells_run,
    cellsRestored: stats.cells_restored,
    manifestsFetched: stats.manifests_fetched,
    blobsFetched: stats.blobs_fetched,
    blobsRejected: stats.blobs_rejected,
    valuesMaterialised: stats.values_materialised,
    boot: { ...boot },
  };
}
