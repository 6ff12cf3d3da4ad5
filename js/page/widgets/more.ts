/** Further widgets, all in one module: one request, whichever of them a page has. */

import { TnButton, TnRunButton } from "./button.ts";
import type { Definitions } from "./define.ts";
import { TnDate, TnDatetime, TnTime } from "./moment.ts";
import { TnMultiselect } from "./multiselect.ts";
import { TnRadio } from "./radio.ts";
import { TnRangeSlider } from "./range-slider.ts";
import { TnRefresh } from "./refresh.ts";
import { TnSwitch } from "./switch.ts";
import { TnTextArea } from "./text-area.ts";

export const WIDGETS: Definitions = {
  "tn-range-slider": TnRangeSlider,
  "tn-text-area": TnTextArea,
  "tn-switch": TnSwitch,
  "tn-radio": TnRadio,
  "tn-multiselect": TnMultiselect,
  "tn-date": TnDate,
  "tn-datetime": TnDatetime,
  "tn-time": TnTime,
  "tn-button": TnButton,
  "tn-run-button": TnRunButton,
  "tn-refresh": TnRefresh,
};
