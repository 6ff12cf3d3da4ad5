/** Only one tab keeps a notebook (Web Locks, W3C): two would overwrite each other. */

/** The part of `navigator.locks` that is used. */
export type Locks = Pick<LockManager, "request">;

/**
 * Takes the lock of a notebook until the page ends; resolves with whether that succeeded. `take` takes it from another
 * tab. Should another one take it later, `lost` is called. Browsers without locks have no other tab, for all we know.
 */
export function lockNotebook(locks: Locks | undefined, id: string, take: boolean, lost: () => void): Promise<boolean> {
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    };
    const options: LockOptions = take ? { steal: true } : { ifAvailable: true };
    locks.request(`tiffin/notebook/${id}`, options, hold).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") lost();
      else resolve(true); // locks are denied, as on opaque origins: nothing is kept there either
    });
  });
}
