// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The pages around the service, reached from the foot of every page: Back leads to where one came from. */

/** @import { Walk } from "./walk.js" */

import { all, one } from "./dom.js";

/** Pages that nobody should lose by a press at their foot: a visit goes on there, or a codename is being written down. */
const KEPT = new Set(["working", "messages", "codename", "retype"]);
const foot = one(document, ".own-foot");
const pages = new Set(all(foot, "[data-around]").map((button) => button.dataset["around"] ?? ""));

/**
 * Where the foot is of use. @param {string} page
 */
export function showFoot(page) {
  foot.hidden = KEPT.has(page);
}

/** @param {Walk} walk */
export function startAround(walk) {
  showFoot(walk.current);
  foot.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest("[data-around]") : null;
    if (!(pressed instanceof HTMLElement)) return;
    const page = pressed.dataset["around"] ?? "";
    if (pages.has(walk.current)) walk.turn(page);
    else walk.go(page);
  });
}
