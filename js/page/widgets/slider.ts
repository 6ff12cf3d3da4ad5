/** `tn.ui.slider`. */

import type WaSlider from "@awesome.me/webawesome/dist/components/slider/slider.js";
import type { Json } from "../../protocol/messages.ts";
import { TnScaled } from "./scaled.ts";
import { positionOf, type Scale, valueAt, writeValue } from "./steps.ts";

export class TnSlider extends TnScaled {
  protected override read(slider: WaSlider, scale: Scale): Json {
    return valueAt(scale, slider.value);
  }

  protected override place(slider: WaSlider, scale: Scale, value: Json): void {
    slider.value = positionOf(scale, Number(value));
  }

  protected override widthOf(scale: Scale): number {
    const values = [valueAt(scale, 0), valueAt(scale, scale.count), Number(this.value)];
    return Math.max(...values.map((value) => writeValue(scale, value).length));
  }

  protected override describe(value: Json): string {
    return writeValue(this.scale, Number(value));
  }
}
