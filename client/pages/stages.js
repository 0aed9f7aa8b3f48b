// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The four stages of a report above its pages, and in which of them the person is. */

import { all, byId } from "./dom.js";

/** The page with which each stage begins, and the one after which the last ends, in the order of the document. */
const BEGINS = ["before", "categories", "check", "codename"];
const LAST = "retype";

/**
 * Mark the stage of a page; on a page that is none of a report the stages are not shown.
 * @param {string} name
 */
export function showStage(name) {
  const pages = all(document, "main > section").map((section) => section.dataset["page"] ?? "");
  const place = pages.indexOf(name);
  const reached = name === "before" || place > pages.indexOf(LAST) ? -1 : BEGINS.findLastIndex((one) => place >= pages.indexOf(one));
  const list = byId("stages", HTMLElement);
  list.hidden = reached < 0;
  for (const [at, stage] of all(list, "li").entries()) {
    if (at === reached) stage.setAttribute("aria-current", "step");
    else stage.removeAttribute("aria-current");
    stage.classList.toggle("own-stages__done", at < reached);
  }
}
