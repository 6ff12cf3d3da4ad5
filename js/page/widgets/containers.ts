/** Widgets around others, and around anything else: their own module, for pages that have some. */

import { TnAccordion } from "./accordion.ts";
import type { Definitions } from "./define.ts";
import { TnForm } from "./form.ts";
import { TnTabs } from "./tabs.ts";

export const WIDGETS: Definitions = { "tn-form": TnForm, "tn-tabs": TnTabs, "tn-accordion": TnAccordion };
