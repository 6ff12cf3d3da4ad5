/** `tn.ui.range_slider`. */

import type WaSlider from "@awesome.me/webawesome/dist/components/slider/slider.js";
import type { Json } from "../../protocol/messages.ts";
import { TnScaled } from "./scaled.ts";
import { positionOf, type Scale, valueAt, writeValue } from "./steps.ts";

const BETWEEN = " – ";

export class TnRangeSlider extends TnScaled {
  protected override makeControl(): HTMLElement {
    const made = super.makeControl();
    const slider = made.matches("wa-slider") ? made : made.querySelector("wa-slider");
    if (slider !== null) slider.range = true;
    return made;
  }

  protected override read(slider: WaSlider, scale: Scale): Json {
    return [valueAt(scale, slider.minValue), valueAt(scale, slider.maxValue)];
  }

  protected override place(slider: WaSlider, scale: Scale, value: Json): void {
    if (!Array.isArray(value)) return;
    const [low = 0, high = 0] = value.map(Number);
    slider.minValue = positionOf(scale, low);
    slider.maxValue = positionOf(scale, high);
  }

  protected override widthOf(scale: Scale): number {
    const ends = [valueAt(scale, 0), valueAt(scale, scale.count)];
    return 2 * Math.max(...ends.map((end) => writeValue(scale, end).length)) + BETWEEN.length;
  }

  protected override describe(value: Json): string {
    return Array.isArray(value) ? value.map((part) => writeValue(this.scale, Number(part))).join(BETWEEN) : "";
  }
}
