/** `tn.ui.slider`. */

import type WaSlider from "@awesome.me/webawesome/dist/components/slider/slider.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";
import { makeScale, positionOf, type Scale, valueAt, writeValue } from "./steps.ts";

export class TnSlider extends TnElement {
  #slider: WaSlider | null = null;
  #shown: HTMLElement | null = null;

  protected override makeControl(): HTMLElement {
    const scale = this.#scale();
    const slider = document.createElement("wa-slider");
    slider.dataset["control"] = "";
    slider.min = 0;
    slider.max = scale.count;
    slider.step = 1;
    slider.size = "s";
    slider.label = this.label;
    slider.valueFormatter = (position) => writeValue(scale, valueAt(scale, position));
    slider.addEventListener("input", () => {
      const value = valueAt(scale, slider.value);
      this.#say(value);
      this.changed(value);
    });
    this.#slider = slider;
    if (this.args["show_value"] === false) return slider;
    return this.#withValue(slider, scale);
  }

  protected override showValue(value: Json): void {
    const scale = this.#scale();
    if (this.#slider !== null) this.#slider.value = positionOf(scale, Number(value));
    this.#say(Number(value));
  }

  protected override describe(value: Json): string {
    return writeValue(this.#scale(), Number(value));
  }

  #scale(): Scale {
    return makeScale(Number(this.args["start"]), Number(this.args["stop"]), Number(this.args["step"] ?? 1));
  }

  /** The slider with its value beside it, which takes no more room when its digits change. */
  #withValue(slider: WaSlider, scale: Scale): HTMLElement {
    const ends = [valueAt(scale, 0), valueAt(scale, scale.count), Number(this.value)];
    const width = Math.max(...ends.map((value) => writeValue(scale, value).length));
    this.style.setProperty("--tn-value-width", `${width}ch`);
    const shown = document.createElement("span");
    shown.className = "tn-slider-value";
    shown.setAttribute("aria-hidden", "true"); // the slider itself says its value
    this.#shown = shown;
    const row = document.createElement("div");
    row.className = "tn-slider-row";
    row.append(slider, shown);
    return row;
  }

  #say(value: number): void {
    if (this.#shown !== null) this.#shown.textContent = writeValue(this.#scale(), value);
  }
}
