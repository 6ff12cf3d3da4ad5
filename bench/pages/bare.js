// The baseline: a page whose worker does the stock loadPyodide and prints one line.
const runtime = new URL(new URLSearchParams(location.search).get("runtime"), location.href).href;
const worker = new Worker(new URL("bare-worker.js", location.href), { type: "module" });
worker.onmessage = (event) => {
  document.getElementById("out").textContent = event.data;
  document.documentElement.dataset.ready = String(performance.now());
};
worker.postMessage(runtime);
