/** The component library's controls, all in one module: one request, whatever widgets a page has. */

import "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import "@awesome.me/webawesome/dist/components/input/input.js";
import "@awesome.me/webawesome/dist/components/option/option.js";
import "@awesome.me/webawesome/dist/components/select/select.js";
import "@awesome.me/webawesome/dist/components/slider/slider.js";
import { registerIconLibrary } from "@awesome.me/webawesome/dist/components/icon/library.js";

const NO_ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";

// The controls' own icons are in the `system` library, which is part of the bundle. The library named `default`
// would fetch from somebody else's server: no page of ours does that.
registerIconLibrary("default", { resolver: () => NO_ICON });
