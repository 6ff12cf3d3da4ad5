/**
 * A worker on an opaque origin, for code that came from elsewhere: it has no storage, no cookies, and no way to the page
 * but the messages that every kernel sends.
 */

import type { FromWorker, ToWorker } from "../../protocol/rpc.ts";
import type { WorkerLike } from "../boot-worker.ts";

/** To the frame, once, with a port. */
export interface StartSandbox {
  /** The address of the worker's script; its host lets any origin read it (CORS). */
  readonly worker: string;
  readonly name: string;
}

/** What the frame says through the port. */
export type FromSandbox =
  | { readonly kind: "message"; readonly data: unknown }
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "messageerror" };

export class SandboxedWorker implements WorkerLike {
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  onmessageerror: WorkerLike["onmessageerror"] = null;
  readonly #frame: HTMLIFrameElement;
  readonly #port: MessagePort;

  /** `frame` is the address of the frame's document. */
  constructor(document: Document, frame: string, start: StartSandbox) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = (event: MessageEvent<FromSandbox>) => {
      this.#hear(event.data);
    };
    this.#frame = document.createElement("iframe");
    this.#frame.hidden = true;
    this.#frame.title = "Python";
    this.#frame.setAttribute("sandbox", "allow-scripts");
    this.#frame.src = frame;
    this.#frame.addEventListener("load", () => {
      this.#frame.contentWindow?.postMessage(start, "*", [port2]);
    }, { once: true });
    document.body.append(this.#frame);
  }

  postMessage(message: ToWorker): void {
    this.#port.postMessage(message);
  }

  terminate(): void {
    this.#port.close();
    this.#frame.remove(); // its worker goes with it
  }

  #hear(said: FromSandbox): void {
    switch (said.kind) {
      case "message":
        this.onmessage?.(new MessageEvent("message", { data: said.data as FromWorker }));
        break;
      case "error":
        this.onerror?.(new ErrorEvent("error", { message: said.message, cancelable: true }));
        break;
      case "messageerror":
        this.onmessageerror?.(new MessageEvent("messageerror"));
        break;
    }
  }
}
