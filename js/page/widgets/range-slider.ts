/** `tn.ui.range_slider`. */

import type WaSlider from "@awesome.me/webawesome/dist/components/slider/slider.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";
import { makeScale, positionOf, type Scale, valueAt, writeValue } from "./steps.ts";

export class TnRangeSlider extends TnElement {
  #slider: WaSlider | null = null;
  #shown: HTMLElement | null = null;

  protected override makeControl(): HTMLElement {
    const scale = this.#scale();
    const slider = document.createElement("wa-slider");
    slider.dataset["control"] = "";
    slider.range = true;
    slider.min = 0;
    slider.max = scale.count;
    slider.step = 1;
    slider.size = "s";
    slider.label = this.label;
    slider.valueFormatter = (position) => writeValue(scale, valueAt(scale, position));
    slider.addEventListener("input", () => {
      const value = [valueAt(scale, slider.minValue), valueAt(scale, slider.maxValue)];
      this.#say(value);
      this.changed(value);
    });
    this.#slider = slider;
    if (this.args["show_value"] === false) return slider;
    return this.#withValue(slider, scale);
  }

  protected override showValue(value: Json): void {
    if (!Array.isArray(value)) return;
    const scale = this.#scale();
    const [low = 0, high = 0] = value.map(Number);
    if (this.#slider !== null) {
      this.#slider.minValue = positionOf(scale, low);
      this.#slider.maxValue = positionOf(scale, high);
    }
    this.#say(value);
  }

  protected override describe(value: Json): string {
    const scale = this.#scale();
    return Array.isArray(value) ? value.map((part) => writeValue(scale, Number(part))).join(" – ") : "";
  }

  #scale(): Scale {
    return makeScale(Number(this.args["start"]), Number(this.args["stop"]), Number(this.args["step"] ?? 1));
  }

  /** The slider with its values beside it, which take no more room when their digits change. */
  #withValue(slider: WaSlider, scale: Scale): HTMLElement {
    const ends = [valueAt(scale, 0), valueAt(scale, scale.count)].map((end) => writeValue(scale, end).length);
    this.style.setProperty("--tn-value-width", `${2 * Math.max(...ends) + 3}ch`);
    const shown = document.createElement("span");
    shown.className = "tn-slider-value";
    shown.setAttribute("aria-hidden", "true"); // the thumbs themselves say their values
    this.#shown = shown;
    const row = document.createElement("div");
    row.className = "tn-slider-row";
    row.append(slider, shown);
    return row;
  }

  #say(value: Json): void {
    if (this.#shown !== null) this.#shown.textContent = this.describe(value);
  }
}
