/** Families of engines: a snapshot of Python's memory is restored by the family that it was made in. */

import type { EngineFamily, SnapshotConfig } from "./rpc.ts";

/** The family of this engine: one snapshot does for all of a family. */
export function engineFamily(agent: string): EngineFamily {
  return agent.includes("AppleWebKit/") && !/Chrom(e|ium)\//.test(agent) ? "webkit" : "chromium";
}

/** The snapshot for the engine that calls itself so; null without one. */
export function findSnapshot(snapshots: readonly SnapshotConfig[], agent: string): SnapshotConfig | null {
  const family = engineFamily(agent);
  return snapshots.find((snapshot) => snapshot.family === family) ?? null;
}
