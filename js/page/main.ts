/** The entry point of an exported page: starts the kernel's worker that the page's configuration names. */

import "@awesome.me/webawesome/dist/styles/themes/default.css";

interface Config {
  readonly worker: string;
}

const element = document.getElementById("tn-config");
if (element !== null) {
  const config = JSON.parse(element.textContent) as Config;
  const worker = new Worker(new URL(config.worker, document.baseURI), { type: "module" });
  worker.addEventListener("message", (event: MessageEvent<unknown>) => {
    document.documentElement.dataset["kernel"] = String(event.data);
  });
}
