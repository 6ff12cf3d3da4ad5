/** `tn.ui.slider`. */

import type WaSlider from "@awesome.me/webawesome/dist/components/slider/slider.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

interface SliderArguments {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly label: string;
  readonly show_value: boolean;
}

export class TnSlider extends TnElement<SliderArguments> {
  #slider: WaSlider | null = null;
  #shown: HTMLOutputElement | null = null;

  protected override async makeControl(args: SliderArguments, value: Json): Promise<HTMLElement> {
    await import("@awesome.me/webawesome/dist/components/slider/slider.js");
    const slider = document.createElement("wa-slider");
    slider.min = args.start;
    slider.max = args.stop;
    slider.step = args.step;
    slider.value = Number(value);
    slider.size = "s";
    slider.label = args.label === "" ? this.name : args.label;
    slider.addEventListener("input", () => {
      this.#say(slider.value);
      this.changed(slider.value);
    });
    this.#slider = slider;
    const row = document.createElement("div");
    row.className = "tn-slider-row";
    row.append(slider);
    if (args.show_value) {
      this.#shown = document.createElement("output");
      this.#shown.className = "tn-slider-value";
      row.append(this.#shown);
    }
    return row;
  }

  protected override showValue(value: Json): void {
    if (this.#slider !== null) this.#slider.value = Number(value);
    this.#say(Number(value));
  }

  #say(value: number): void {
    if (this.#shown !== null) this.#shown.textContent = String(value);
  }
}
