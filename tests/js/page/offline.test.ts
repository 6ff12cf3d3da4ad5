import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from "vitest";

import type { PageConfig } from "../../../js/page/config.ts";
import { dropOffline, OfflineCopy } from "../../../js/page/offline.ts";

const config = { root: "./", notebook: "n", cache: "c", worker: "w", kernel: "k", keys: {} } as unknown as PageConfig;

let reload: ReturnType<typeof vi.spyOn>;
let register: Mock<() => Promise<void>>;
let ready: Promise<{ active: null }>;

beforeEach(() => {
  sessionStorage.clear();
  reload = vi.spyOn(window.location, "reload").mockImplementation(() => undefined);
  ready = Promise.resolve({ active: null });
  register = vi.fn<() => Promise<void>>(() => Promise.resolve());
  Object.defineProperty(document, "readyState", { value: "complete", configurable: true });
  serviceWorkers({ register, ready });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function serviceWorkers(container: object): void {
  Object.defineProperty(navigator, "serviceWorker", { value: container, configurable: true });
}

async function settle(): Promise<void> {
  await vi.waitFor(() => { expect(register).toHaveBeenCalled(); });
  await ready;
  await new Promise((resolve) => { setTimeout(resolve); });
}

describe("a page that its host does not isolate", () => {
  it("loads itself again, once", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    new OfflineCopy(config).start();
    await settle();
    expect(reload).toHaveBeenCalledTimes(1);
    register.mockClear();
    new OfflineCopy(config).start();
    await settle();
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it.each(["pointerdown", "keydown", "wheel", "input", "tn-change"])("does not after a %s", async (kind) => {
    vi.stubGlobal("crossOriginIsolated", false);
    new OfflineCopy(config).start();
    document.body.dispatchEvent(new Event(kind, { bubbles: true }));
    await settle();
    expect(reload).not.toHaveBeenCalled();
    expect(sessionStorage).toHaveLength(0);
  });

  it("does not after a script has used it, nor without a memory", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    const copy = new OfflineCopy(config);
    copy.start();
    copy.touch();
    await settle();
    vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => undefined });
    register.mockClear();
    new OfflineCopy(config).start();
    await settle();
    expect(reload).not.toHaveBeenCalled();
  });
});

describe("an isolated page", () => {
  it("does not load itself again, and registers for the whole site", async () => {
    vi.stubGlobal("crossOriginIsolated", true);
    new OfflineCopy({ ...config, root: "../" }).start();
    await settle();
    expect(reload).not.toHaveBeenCalled();
    const scope = new URL("../", document.baseURI).href;
    expect(register).toHaveBeenCalledWith(new URL("service-worker.js", scope), { scope, updateViaCache: "none" });
  });

  it("says nothing where registering fails", async () => {
    vi.stubGlobal("crossOriginIsolated", true);
    register.mockImplementation(() => Promise.reject(new Error("insecure")));
    const said = vi.spyOn(console, "debug").mockImplementation(() => undefined);
    new OfflineCopy(config).start();
    await settle();
    expect(said).toHaveBeenCalledWith("The service worker was not registered: Error: insecure");
  });
});

describe("a page of a site without a service worker", () => {
  const root = new URL("https://host.example/lunch/");

  it("ends the one that an earlier export had, and nobody else's", async () => {
    const unregister = vi.fn(() => Promise.resolve(true));
    const controller = { scriptURL: `${root.href}service-worker.js` };
    const getRegistration = (): Promise<object> => Promise.resolve({ unregister });
    const names = new Set([`tiffin ${root.href} 1`, "tiffin https://host.example/ 1"]);
    vi.stubGlobal("caches", {
      keys: () => Promise.resolve([...names]),
      delete: (name: string) => Promise.resolve(names.delete(name)),
    });
    serviceWorkers({ controller: { scriptURL: "https://host.example/service-worker.js" }, getRegistration });
    await dropOffline(root);
    expect([unregister.mock.calls.length, names.size]).toEqual([0, 2]);
    serviceWorkers({ controller, getRegistration });
    await dropOffline(root);
    expect(unregister).toHaveBeenCalledTimes(1);
    expect([...names]).toEqual(["tiffin https://host.example/ 1"]);
  });
});
