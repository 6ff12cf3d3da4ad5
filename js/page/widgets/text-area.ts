/** `tn.ui.text_area`. */

import type WaTextarea from "@awesome.me/webawesome/dist/components/textarea/textarea.js";
import type { Json } from "../../protocol/messages.ts";
import { type Controls, TnElement } from "./element.ts";

export class TnTextArea extends TnElement {
  #area: WaTextarea | null = null;

  protected override get controls(): Controls {
    return "further";
  }

  protected override makeControl(): HTMLElement {
    const { placeholder, rows, max_length } = this.args;
    const area = document.createElement("wa-textarea");
    area.dataset["control"] = "";
    area.size = "s";
    area.label = this.label;
    area.resize = "vertical";
    area.rows = typeof rows === "number" ? rows : 4;
    area.placeholder = typeof placeholder === "string" ? placeholder : "";
    if (typeof max_length === "number") area.maxlength = max_length;
    area.addEventListener("change", () => {
      this.changed(area.value ?? "");
    });
    // Enter begins a line; with Ctrl or ⌘ it takes over what was written.
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.changed(area.value ?? "");
    });
    this.#area = area;
    return area;
  }

  protected override showValue(value: Json): void {
    if (this.#area !== null) this.#area.value = typeof value === "string" ? value : "";
  }
}
