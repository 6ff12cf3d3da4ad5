/** What the page has counted and timed: `tiffin.stats()`. */

import type { KernelStats } from "../protocol/messages.ts";
import type { BootPath } from "../protocol/rpc.ts";

/** How Python came to life. */
export interface BootStats {
  /** Null as long as it has not. */
  readonly path: BootPath | null;
  /** Why there was a snapshot, and yet it was not used; null otherwise. */
  readonly reason: string | null;
  /** How many of the runtime's large files this browser had kept, unpacked. */
  readonly filesKept: number;
  /** When each phase began, in milliseconds since the worker started. */
  readonly phases: Readonly<Record<string, number>>;
}

/** Counts since the page was opened. */
export interface PageStats {
  readonly cellsRun: number;
  readonly cellsRestored: number;
  readonly manifestsFetched: number;
  readonly blobsFetched: number;
  readonly blobsRejected: number;
  readonly valuesMaterialised: number;
  readonly boot: BootStats;
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
export function pageStats(stats: KernelStats, boot: BootStats): PageStats {
  return {
    cellsRun: stats.cells_run,
    cellsRestored: stats.cells_restored,
    manifestsFetched: stats.manifests_fetched,
    blobsFetched: stats.blobs_fetched,
    blobsRejected: stats.blobs_rejected,
    valuesMaterialised: stats.values_materialised,
    boot: { ...boot, phases: { ...boot.phases } },
  };
}
