/** What a page with a kernel knows of the notebook's folder. */

import type { WrittenFile } from "../../protocol/rpc.ts";
import type { Session } from "../session.ts";

export interface FolderLink {
  /** Hands over these files, or all, as they are now; null if there is none to hand over. */
  give(session: Pick<Session, "place">, names?: readonly string[]): Promise<void> | null;
  /** Takes what cells have written. */
  hear(written: readonly WrittenFile[]): void;
}
