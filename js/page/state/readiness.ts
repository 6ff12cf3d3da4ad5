/** The promise that a kernel will be ready, and its settling. */

export class Readiness {
  readonly promise: Promise<void>;
  #isOpen = true;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.promise.catch(() => undefined); // that it failed is in the status line
  }

  resolve(): void {
    this.#isOpen = false;
    this.#resolve();
  }

  reject(error: Error): void {
    this.#isOpen = false;
    this.#reject(error);
  }

  /** The one for the next kernel: who still waits for this one waits on. */
  next(): Readiness {
    return this.#isOpen ? this : new Readiness();
  }
}
