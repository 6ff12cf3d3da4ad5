/** What a page and the service worker of its site say to each other. */

export interface ToServiceWorker {
  readonly kind: "keep";
  readonly urls: readonly string[];
  /** Whether Python is up, so that what it may need is wanted, too. */
  readonly complete: boolean;
}

export interface FromServiceWorker {
  readonly kind: "kept";
  readonly files: number;
  readonly failed: number;
}
