// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The pages for contact details, of a report and of a message: each is reached from the page that shows what goes,
 * and left to it. What is typed stays in its field until the worker seals it.
 */

import { MAX_CONTACT } from "../protocol/constants.js";
import { byId, fill, one, section } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { contactText } from "./report.js";

/** @import { Walk } from "./walk.js" */

/** From which page each is reached. @type {Record<string, string>} */
const FROM = { contact: "check", "contact-reply": "write" };

/** @typedef {{name: string, contact: boolean}} Unit */

/** The names of those that take none. @param {Unit[]} units */
function refusing(units) {
  return units.filter(({ contact }) => !contact).map(({ name }) => name).join("; ");
}

/**
 * Say on the page that shows a report, or that on which one writes on, whether they go with it, and to whom they do not.
 * @param {string} page that they are typed on
 * @param {Unit[]} units that it goes to
 */
export function showContact(page, units) {
  const [place, left, names] = [section(FROM[page] ?? ""), contactText(page) !== "", refusing(units)];
  one(place, "[data-with-contact]").hidden = !left || !units.some(({ contact }) => contact);
  one(place, "[data-without-contact]").hidden = !left || !names;
  fill(one(place, "[data-without-contact-names]"), names, "report");
}

/** Nothing is typed. @param {string} page */
export function emptyContact(page) {
  byId(`${page}-text`, HTMLTextAreaElement).value = "";
  clearFaults(page);
}

/** Opens the pages and leaves them. */
export class Contact {
  #walk;

  /** @param {Walk} walk */
  constructor(walk) {
    this.#walk = walk;
  }

  /**
   * @param {string} name of the page
   * @param {Unit[]} units that it is for
   */
  open(name, units) {
    const [page, names] = [section(name), refusing(units)];
    const taken = units.some(({ contact }) => contact);
    one(page, "[data-takes]").hidden = !taken;
    one(page, "[data-takes-none]").hidden = !names;
    fill(one(page, "[data-takes-none-names]"), names, "report");
    // What was typed for another unit can be taken off here too.
    one(page, "[data-take-off]").hidden = taken || !contactText(name);
    this.#walk.go(name);
  }

  /** Back with what is typed, unless it cannot be sent. */
  keep() {
    const { current } = this.#walk;
    const size = new TextEncoder().encode(contactText(current)).length;
    if (!size || size > MAX_CONTACT) {
      showFaults(current, [{ field: `${current}-text` }]);
      return;
    }
    clearFaults(current);
    this.#walk.returnTo(FROM[current] ?? "");
  }

  /** Back without any. */
  skip() {
    const { current } = this.#walk;
    emptyContact(current);
    this.#walk.returnTo(FROM[current] ?? "");
  }
}
