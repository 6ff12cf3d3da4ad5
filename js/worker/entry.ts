/** The entry point of the kernel's worker: says that it is there. */

self.postMessage("booting");
