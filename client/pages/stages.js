// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The four stages of a report above its pages, and in which of them the person is. */

import { all, byId } from "./dom.js";
import { ORDER } from "./way.js";

/** The page with which each stage begins. */
const BEGINS = ["role", "account", "check", "codename"];

/**
 * Mark the stage of a page; on a page that is none of a report the stages are not shown.
 * @param {string} name
 */
export function showStage(name) {
  const place = ORDER.indexOf(name);
  const reached = BEGINS.findLastIndex((one) => place >= ORDER.indexOf(one));
  const list = byId("stages", HTMLElement);
  list.hidden = reached < 0;
  for (const [at, stage] of all(list, "li").entries()) {
    if (at === reached) stage.setAttribute("aria-current", "step");
    else stage.removeAttribute("aria-current");
    stage.classList.toggle("own-stages__done", at < reached);
  }
}
