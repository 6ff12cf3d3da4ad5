import { beforeEach, describe, expect, it } from "vitest";

import { Offers } from "../../../../js/page/editor/offers.ts";
import type { PackageOffer } from "../../../../js/protocol/rpc.ts";

let show: (offer: PackageOffer) => void;
let installed: (readonly [string, readonly string[]])[];
let finish: (success: boolean) => void;
let offers: Offers;

beforeEach(() => {
  document.body.innerHTML = `<header class="tn-bar"></header>
    <section class="tn-cell" data-cell="a" data-status="running"><div class="tn-error"></div></section>
    <section class="tn-cell" data-cell="b" data-status="queued"><div class="tn-error"></div></section>`;
  installed = [];
  offers = new Offers({
    install: (module, cells) => {
      installed.push([module, cells]);
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    edits: {
      section: (id) => document.querySelector<HTMLElement>(`[data-cell="${id}"]`) ?? undefined,
      onOffered: (listener) => {
        show = listener;
      },
    },
  });
});

const offer: PackageOffer = { module: "skfoo", name: "scikit-foo", cells: ["gone", "b", "a"] };
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const button = (name: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll("button")].find((each) => each.textContent === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const status = async (cell: string, value: string): Promise<void> => {
  document.querySelector(`[data-cell="${cell}"]`)?.setAttribute("data-status", value);
  await settle();
};

describe("an offer", () => {
  it("stands at the first cell that misses the package, once, until it is declined", () => {
    show(offer);
    show(offer);
    expect(document.querySelectorAll("[data-cell=b] > .tn-error + .tn-offer")).toHaveLength(1);
    expect(document.querySelectorAll(".tn-offer")).toHaveLength(1);
    expect(document.querySelector(".tn-offer p")?.textContent).toBe(
      "scikit-foo, which has skfoo, is not installed. It can be had from the package index.",
    );
    expect(offers.choices.map(({ title }) => title)).toEqual(["Install scikit-foo"]);
    button("Not now").click();
    expect(document.querySelector(".tn-offer")).toBeNull();
    expect(offers.choices).toEqual([]);
    expect(installed).toEqual([]);
  });

  it("installs for the cells that are there, says so meanwhile, and goes", async () => {
    show({ ...offer, name: "skfoo" });
    button("Install and run").click();
    expect(installed).toEqual([["skfoo", ["b", "a"]]]);
    expect(document.querySelector(".tn-offer p")?.textContent).toBe("Installing skfoo…");
    expect(document.querySelector(".tn-offer progress")).not.toBeNull();
    await status("b", "error");
    await status("b", "running");
    expect(document.querySelector(".tn-offer")).not.toBeNull();
    finish(true);
    await settle();
    expect(document.querySelector(".tn-offer")).toBeNull();
  });

  it("can be taken by the palette", () => {
    show(offer);
    offers.choices[0]?.act();
    expect(installed).toHaveLength(1);
  });

  it("goes when the cell runs again, and not while the run that missed the package ends", async () => {
    show(offer);
    await status("b", "running");
    await status("b", "error");
    expect(document.querySelector(".tn-offer")).not.toBeNull();
    await status("b", "queued");
    await status("b", "running");
    expect(document.querySelector(".tn-offer")).toBeNull();
  });

  it("stands above the notebook where no cell imports the module itself", async () => {
    show({ ...offer, cells: [] });
    expect(document.querySelector(".tn-banner p")?.textContent).toContain("scikit-foo");
    button("Install and run").click();
    expect(installed).toEqual([["skfoo", []]]);
    finish(false);
    await settle();
    expect(document.querySelector(".tn-banner")).toBeNull();
  });
});
