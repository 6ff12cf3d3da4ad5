/**
 * What the page's first script has in common with those that it loads later. The bundler makes one file of it because of this
 * list (`inject` in `build/bundle.mjs`), instead of one for every set of scripts that have something in common, each of which
 * the page would ask for before it can begin.
 */

import "../protocol/families.ts";
import "../protocol/reason.ts";
import "./boot-worker.ts";
import "./config.ts";
import "./view/author-styles.ts";
import "./view/button.ts";
import "./view/notices.ts";
import "./view/panel.ts";
import "./widgets/element.ts";
import "./widgets/options.ts";
import "./widgets/scaled.ts";
import "./widgets/steps.ts";
