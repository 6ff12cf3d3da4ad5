self.onmessage = async (event) => {
  const { loadPyodide } = await import(`${event.data}pyodide.mjs`);
  const pyodide = await loadPyodide({ indexURL: event.data });
  self.postMessage(pyodide.runPython("'hello from ' + __import__('platform').python_version()"));
};
