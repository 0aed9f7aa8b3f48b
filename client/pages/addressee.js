// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Whom a message goes to, where that is not plain: a choice of units, and of who does not remember. */

import { all, chosen, fill, fresh, one, section } from "./dom.js";

/** The field of who does not remember the unit. */
export const FORGOTTEN = "which-forgotten";

/** @param {HTMLElement} shown */
export function copy(shown) {
  return /** @type {HTMLElement} */ (shown.cloneNode(true));
}

/** Say what follows from *I do not remember* while it is chosen. */
export function showForgotten() {
  one(section("write"), "[data-unremembered]").hidden = chosen("which")?.id !== FORGOTTEN;
}

/**
 * @param {{slug: string, name: string, id?: string}} unit `id` of its field, where it has one of its own
 * @param {number} at
 */
export function choice(unit, at) {
  const item = fresh("radio");
  const id = unit.id || (at ? `which-${at}` : "which");
  for (const input of item.flatMap((part) => all(part, "input"))) {
    input.id = id;
    input.setAttribute("name", "which");
    input.setAttribute("value", unit.slug);
  }
  for (const label of item.flatMap((part) => all(part, "label"))) {
    label.setAttribute("for", id);
    fill(label, unit.name);
  }
  return item;
}
