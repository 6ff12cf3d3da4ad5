// The baseline: a page whose worker does the stock loadPyodide, imports packages if it is to, and prints one line.
const query = new URLSearchParams(location.search);
const runtime = new URL(query.get("runtime"), location.href).href;
const packages = query.get("packages")?.split(",") ?? [];
const worker = new Worker(new URL("bare-worker.js", location.href), { type: "module" });
window.bootReady = new Promise((resolve, reject) => {
  worker.onmessage = (event) => {
    document.getElementById("out").textContent = event.data;
    document.documentElement.dataset.ready = String(performance.now());
    resolve(performance.now());
  };
  worker.onerror = (event) => {
    reject(new Error(event.message));
  };
});
worker.postMessage({ runtime, packages });
