import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it } from "vitest";

import { DatabaseStore, openDatabase } from "../../../../js/page/keeping/database-store.ts";
import { openStore } from "../../../../js/page/keeping/open-store.ts";
import { MemoryStore, problemOf } from "../../../../js/page/keeping/store.ts";
import { describeStore } from "./store-contract.ts";

describeStore("a store in memory", () => Promise.resolve(new MemoryStore()));
describeStore("a store in a database", async () => new DatabaseStore(await openDatabase(new IDBFactory(), "test")));

describe("a database that was closed", () => {
  it("keeps nothing, and says so", async () => {
    const database = await openDatabase(new IDBFactory(), "test");
    const store = new DatabaseStore(database);
    database.close();
    expect(await store.put("a", new Uint8Array(1))).toEqual({ kept: false, why: "gone" });
    expect(await store.get("a")).toBeNull();
    expect(await store.keys()).toEqual([]);
  });
});

describe("the store of a page", () => {
  const denied = { getDirectory: () => Promise.reject(new DOMException("no", "SecurityError")) };

  it("is the database where private files are denied", async () => {
    const store = await openStore("n", { storage: denied, databases: new IDBFactory() });
    expect(store.place).toBe("database");
    expect(await store.keys()).toEqual([]);
  });

  it("is memory where nothing else is", async () => {
    const databases = { open: () => { throw new DOMException("no", "SecurityError"); } } as unknown as IDBFactory;
    expect((await openStore("n", { storage: denied, databases })).place).toBe("memory");
    expect((await openStore("n", {})).place).toBe("memory");
  });
});

describe("what is wrong", () => {
  it.each([
    ["QuotaExceededError", "full"],
    ["InvalidStateError", "gone"],
    ["NotFoundError", "gone"],
    ["SecurityError", "denied"],
    ["NotAllowedError", "denied"],
  ])("%s means %s", (name, why) => {
    expect(problemOf(new DOMException("no", name))).toBe(why);
  });
});
