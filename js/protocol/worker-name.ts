/**
 * What a worker fetches before it is told to boot. It stands in its name, which is there as soon as the worker is; a
 * message has to wait until the page, which is being laid out, has heard that its worker runs.
 */

import type { BootConfig } from "./rpc.ts";

/** What is known before anything else of a boot. */
export type Ahead = Pick<BootConfig, "runtime" | "compressing">;

const PREFIX = "tiffin ";

export function nameWorker({ runtime, compressing }: Ahead): string {
  return PREFIX + JSON.stringify({ runtime, compressing } satisfies Ahead);
}

/** What stands in a name; null for the name of a worker that does something else. */
export function readWorkerName(name: string): Ahead | null {
  return name.startsWith(`${PREFIX}{`) ? (JSON.parse(name.slice(PREFIX.length)) as Ahead) : null;
}
