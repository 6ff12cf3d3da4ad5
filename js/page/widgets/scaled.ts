/** What sliders of one value and of two have in common: a scale, and the value beside the control. */

import type WaSlider from "@awesome.me/webawesome/dist/components/slider/slider.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";
import { makeScale, type Scale, valueAt, writeValue } from "./steps.ts";

export abstract class TnScaled extends TnElement {
  #slider: WaSlider | null = null;
  #shown: HTMLElement | null = null;

  /** The value that a slider stands at. */
  protected abstract read(slider: WaSlider, scale: Scale): Json;

  /** Puts a slider to a value. */
  protected abstract place(slider: WaSlider, scale: Scale, value: Json): void;

  /** The characters that the value beside the slider takes at most, whatever its digits are. */
  protected abstract widthOf(scale: Scale): number;

  protected get scale(): Scale {
    return makeScale(Number(this.args["start"]), Number(this.args["stop"]), Number(this.args["step"] ?? 1));
  }

  protected override makeControl(): HTMLElement {
    const { scale } = this;
    const slider = document.createElement("wa-slider");
    slider.dataset["control"] = "";
    slider.min = 0;
    slider.max = scale.count;
    slider.step = 1;
    slider.size = "s";
    slider.label = this.label;
    slider.valueFormatter = (position) => writeValue(scale, valueAt(scale, position));
    slider.addEventListener("input", () => {
      const value = this.read(slider, scale);
      this.#say(value);
      this.changed(value);
    });
    this.#slider = slider;
    return this.args["show_value"] === false ? slider : this.#withValue(slider, scale);
  }

  protected override showValue(value: Json): void {
    if (this.#slider !== null) this.place(this.#slider, this.scale, value);
    this.#say(value);
  }

  #withValue(slider: WaSlider, scale: Scale): HTMLElement {
    this.style.setProperty("--tn-value-width", `${this.widthOf(scale)}ch`);
    const shown = document.createElement("span");
    shown.className = "tn-slider-value";
    shown.setAttribute("aria-hidden", "true"); // the slider itself says its value
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
