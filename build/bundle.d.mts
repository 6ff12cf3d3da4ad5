/** What `bundle.json` says: the files of the page, by what they are for. */
export interface Bundle {
  readonly page: string;
  readonly worker: string;
  readonly styles: string;
  readonly editingStyles: string;
  readonly sandbox: string;
  /** What only pages need whose notebook is edited. */
  readonly editing: readonly string[];
  /** The scripts that a page with an editor, or a playground, imports as it starts, but for its first. */
  readonly preloaded: Readonly<Record<"editor" | "playground", readonly string[]>>;
  /** What draws charts, by the library: only sites have it that have such charts. */
  readonly charts: Readonly<Record<string, readonly string[]>>;
  /** What makes snapshots; no part of a site. */
  readonly maker: string;
  readonly serviceWorker: string;
  readonly files: readonly string[];
}

export function bundle(target: string): Promise<Bundle>;
export function packageFolder(path: string): string | null;
export function licenceText(folder: string, description: { name: string; license?: unknown }): string;
export function notices(inputs: readonly string[], root: string): string;
