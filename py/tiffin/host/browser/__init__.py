"""The browser as a host: a kernel in a web worker. JavaScript things are arguments, never imports."""
