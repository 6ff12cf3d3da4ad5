self.onmessage = async (event) => {
  const { runtime, packages } = event.data;
  const { loadPyodide } = await import(`${runtime}pyodide.mjs`);
  const pyodide = await loadPyodide({ indexURL: runtime });
  if (packages.length > 0) {
    await pyodide.loadPackage(packages);
    pyodide.runPython(packages.map((name) => `import ${name}`).join("\n"));
  }
  self.postMessage(pyodide.runPython("'hello from ' + __import__('platform').python_version()"));
};
