import { readFileSync } from "node:fs";

import { describe, expect, it, vi } from "vitest";

import { type AnyModel, WidgetModel, type Wire } from "../../../js/page/widgets/anywidget/model.ts";
import { bytesOf, type Forms, fromForm, toForm } from "../../../js/page/widgets/anywidget/traits.ts";
import type { Json } from "../../../js/protocol/messages.ts";

interface Case {
  readonly form: Json;
  readonly json?: Json;
  readonly bytes?: readonly number[];
  readonly float?: string;
}

const CASES = JSON.parse(readFileSync("tests/contracts/traits.json", "utf8")) as {
  readonly forms: readonly Case[];
  readonly "of nothing": readonly Json[];
};

/** What a form is meant to be, in words that compare. */
function plain(value: unknown): unknown {
  const bytes = bytesOf(value);
  return bytes === null ? value : [...bytes];
}

describe("the forms of what traits hold", () => {
  it.each(CASES.forms)("$form", ({ form, json, bytes, float }) => {
    const value = fromForm(form);
    expect(plain(value)).toEqual(bytes ?? (float === undefined ? json : Number(float)));
    expect(toForm(value)).toEqual(form);
  });

  it.each(CASES["of nothing"].map((form) => [form]))("%j is the form of nothing", (form) => {
    expect(() => fromForm(form)).toThrow("form of nothing");
  });

  it("takes every kind of buffer, and what says itself what it is in JSON", () => {
    const bytes = new Uint8Array([9, 1, 2, 9]);
    expect(toForm(new DataView(bytes.buffer, 1, 2))).toEqual({ $bytes: "AQI=" });
    expect(toForm(bytes.subarray(1, 3))).toEqual({ $bytes: "AQI=" });
    expect(toForm(new Uint16Array([1]))).toEqual({ $bytes: "AQA=" });
    expect(toForm({ at: new Date(0), gone: undefined })).toEqual({ at: "1970-01-01T00:00:00.000Z" });
    expect(toForm(undefined)).toBe(null);
    expect(() => toForm(() => 1)).toThrow("a function cannot be a trait’s value");
  });

  it("takes long bytes", () => {
    const long = new Uint8Array(300_000).fill(7);
    expect(plain(fromForm(toForm(long)))).toEqual([...long]);
  });
});

interface Made {
  readonly model: WidgetModel;
  readonly any: AnyModel;
  readonly saved: Forms[];
  readonly sent: unknown[];
  readonly failed: unknown[];
  readonly end: AbortController;
}

function make(forms: Forms = { count: 1, name: "tea" }): Made {
  const saved: Forms[] = [];
  const sent: unknown[] = [];
  const failed: unknown[] = [];
  const wire: Wire = {
    save: (changed) => saved.push(changed),
    send: (content, buffers) => sent.push([content, buffers]),
    fail: (error) => failed.push(error),
  };
  const model = new WidgetModel(forms, wire);
  const end = new AbortController();
  return { model, any: model.scoped(end.signal), saved, sent, failed, end };
}

describe("a model", () => {
  it("saves what was set, and only that", () => {
    const { any, saved, model } = make();
    const heard = vi.fn();
    any.on("change:count change", heard);
    any.set("count", 2);
    expect(any.get("count")).toBe(2);
    expect(heard.mock.calls.map((call) => call[1] as unknown)).toEqual([2, undefined]);
    expect(saved).toEqual([]);
    any.save_changes();
    any.save_changes();
    any.set("count", 2);
    any.set("unknown", 1);
    any.save_changes();
    expect(saved).toEqual([{ count: 2 }]);
    expect(model.forms).toEqual({ count: 2, name: "tea" });
  });

  it("saves what was changed in place and set again", () => {
    const { any, saved } = make({ list: [1] });
    const list = any.get("list") as number[];
    list.push(2);
    any.set("list", list);
    any.save_changes();
    expect(saved).toEqual([{ list: [1, 2] }]);
  });

  it("saves again what may not have been sent, until that is settled", async () => {
    const { any, saved, model } = make();
    any.set("count", 2);
    any.save_changes();
    any.set("name", "chai");
    any.save_changes();
    model.settle();
    model.settle(); // of another view, for the same change
    await Promise.resolve();
    any.set("count", 3);
    any.save_changes();
    model.settle();
    await Promise.resolve();
    model.settle();
    await Promise.resolve();
    any.set("count", 4);
    any.save_changes();
    expect(saved).toEqual([{ count: 2 }, { count: 2, name: "chai" }, { count: 3, name: "chai" }, { count: 4 }]);
  });

  it("takes what Python says, and tells of what is new", () => {
    const { any, model } = make();
    const heard = vi.fn();
    any.on("change:count", heard);
    model.receive({ count: 1, name: "tea" });
    expect(heard).not.toHaveBeenCalled();
    any.set("name", "not yet saved");
    model.receive({ count: 5, name: "tea" });
    expect(heard).toHaveBeenCalledOnce();
    expect([any.get("count"), any.get("name")]).toEqual([5, "not yet saved"]);
  });

  it("takes back what was not taken", () => {
    const { any, model } = make();
    any.set("count", 500);
    any.save_changes();
    model.receive({ count: 100 });
    expect(any.get("count")).toBe(100);
  });

  it("sends and hears messages with their buffers", () => {
    const { any, model, sent } = make();
    const heard = vi.fn();
    any.on("msg:custom", heard);
    any.send({ kind: "hello" }, undefined, [new Uint8Array([1, 2])]);
    expect(sent).toEqual([[{ kind: "hello" }, ["AQI="]]]);
    model.hear({ answer: 1 }, ["AQI="]);
    const [content, buffers] = heard.mock.calls[0] as [unknown, readonly unknown[]];
    expect(content).toEqual({ answer: 1 });
    expect(buffers.map(plain)).toEqual([[1, 2]]);
  });

  it("forgets listeners one by one, by event, all, and at the end of what set them", () => {
    const { any, model, end } = make();
    const other = model.scoped(new AbortController().signal);
    const [one, two, kept] = [vi.fn(), vi.fn(), vi.fn()];
    other.on("change:count", kept);
    any.on("change:count", one);
    any.on("change:count", two);
    any.off("change:count", one);
    any.set("count", 2);
    any.off();
    any.set("count", 3);
    any.on("change:count", one);
    end.abort();
    any.on("change:count", two);
    any.set("count", 4);
    expect([one, two, kept].map((mock) => mock.mock.calls.length)).toEqual([0, 1, 3]);
  });

  it("goes on when a listener throws, and says so", () => {
    const { any, failed } = make();
    const heard = vi.fn();
    any.on("change:count", () => {
      throw new Error("oh");
    });
    any.on("change:count", heard);
    any.set("count", 2);
    expect(heard).toHaveBeenCalledOnce();
    expect(failed).toEqual([new Error("oh")]);
  });

  it("finds no other widgets", async () => {
    await expect(make().any.widget_manager.get_model("IPY_MODEL_1")).rejects.toThrow("finds no other widgets");
  });
});
