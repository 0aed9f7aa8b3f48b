// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The page for contact details: reached from the page that shows a whole report, or from that on which one writes
 * on, and left to where one came from. What is typed stays in its field until the worker seals it.
 */

import { MAX_CONTACT } from "../protocol/constants.js";
import { all, byId, fill, one, section } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { contactText, targets } from "./report.js";

/** @import { VisitTold } from "../worker_messages.js" */
/** @import { Walk } from "./walk.js" */

const FIELD = "contact-text";

/** Whether a unit takes contact details, by what the document lists. @param {string} slug */
export function takesContact(slug) {
  const { content } = byId("service", HTMLTemplateElement);
  return all(content, "[data-contact]").some((unit) => unit.dataset["slug"] === slug);
}

/** What goes to a unit with a report: it takes none where it has no key. @param {string} slug */
export function contactFor(slug) {
  return takesContact(slug) ? contactText() : "";
}

/** Say on the page that shows a report, or that on which one writes on, that they go with it. */
export function showContact() {
  const left = contactText() !== "";
  for (const place of all(document, "[data-with-contact]")) place.hidden = !left;
}

/** Nothing is typed. */
export function emptyContact() {
  byId(FIELD, HTMLTextAreaElement).value = "";
  clearFaults("contact");
}

/** Opens the page and leaves it. */
export class Contact {
  #walk;
  #back = "check";

  /** @param {Walk} walk */
  constructor(walk) {
    this.#walk = walk;
  }

  /** From the page that shows a report: which of its units take none. */
  beside() {
    const without = targets().filter(({ slug }) => !takesContact(slug));
    this.#open("check", targets().length > without.length, without.map(({ name }) => name), false);
  }

  /**
   * From the page on which one writes on, to the unit that it goes to.
   * @param {VisitTold} found
   * @param {string} slug
   */
  later({ units }, slug) {
    const unit = units.find((one) => one.slug === slug);
    this.#open("write", Boolean(unit?.contact), unit && !unit.contact ? [unit.name] : [], true);
  }

  /**
   * @param {string} from
   * @param {boolean} taken whether a unit takes them
   * @param {string[]} without the names of those that take none
   * @param {boolean} later
   */
  #open(from, taken, without, later) {
    const page = section("contact");
    this.#back = from;
    one(page, "[data-takes]").hidden = !taken;
    one(page, "[data-takes-none]").hidden = !without.length;
    fill(one(page, "[data-takes-none-names]"), without.join("; "), "report");
    one(page, "[data-takes-back]").hidden = !later;
    this.#walk.go("contact");
  }

  /** Back with what is typed, unless it cannot be sent. */
  keep() {
    const size = new TextEncoder().encode(contactText()).length;
    if (!size || size > MAX_CONTACT) {
      showFaults("contact", [{ field: FIELD }]);
      return;
    }
    clearFaults("contact");
    this.#walk.returnTo(this.#back);
  }

  /** Back without any. */
  skip() {
    emptyContact();
    this.#walk.returnTo(this.#back);
  }
}
