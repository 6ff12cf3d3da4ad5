/** The browser's next frame. */

/** How long a page waits that nobody looks at: it has no frames. */
const HIDDEN = 250; // milliseconds

/** Resolves in the next frame, or when `woken` does. */
export function nextFrame(woken: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, HIDDEN);
    const frame = requestAnimationFrame(end);
    function end(): void {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      resolve();
    }
    void woken.then(end);
  });
}
