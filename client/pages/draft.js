// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The message on the page to write on: what of it goes to the unit that it is written to, and what keeps it from
 * going. What was meant for one unit does not go to another.
 */

import { emptyContact, showContact } from "./contact.js";
import { chosen, fill, one, section } from "./dom.js";
import { MAX_PARTS, closing, contactText, replyText, size, sizeWords } from "./report.js";
import { say } from "./words.js";

/** @import { Asked } from "./asked.js" */
/** @import { Fault } from "./faults.js" */
/** @import { Files } from "./files.js" */
/** @import { Visits } from "./visits.js" */

const CONTACT = "contact-reply";

/** One message, as long as it is not sent. */
export class Draft {
  #visits;
  #asked;
  #files;
  /** The unit that it was begun for; empty before one was chosen. */
  #slug = "";

  /**
   * @param {Visits} visits
   * @param {Asked} asked
   * @param {Files} files
   */
  constructor(visits, asked, files) {
    this.#visits = visits;
    this.#asked = asked;
    this.#files = files;
  }

  /** Whether anything of one is there. */
  get begun() {
    const answered = Object.keys(this.#asked.answers()).length > 0 || Object.keys(closing()).length > 0;
    return answered || replyText().trim() !== "" || contactText(CONTACT) !== "" || this.#files.any;
  }

  /** Nothing is left of whom it was for. */
  clear() {
    this.#slug = "";
    one(section("write"), "[data-moved]").hidden = true;
  }

  /** What goes besides files. */
  message() {
    const slug = this.#visits.addressee();
    const answered = slug && slug === this.#asked.slug ? this.#asked.answers() : {};
    const answers = { ...answered, ...this.#visits.accepted(slug), ...closing() };
    return { slug, text: replyText(), answers, contact: contactText(CONTACT) };
  }

  /** The page as it is for the unit that is written to. */
  show() {
    this.#turn(this.#visits.addressee());
    const [page, unit] = [section("write"), this.#visits.unit()];
    this.#asked.fill(this.#visits.addressee());
    const { any } = this.#files;
    const shown = { add: unit?.takesFiles || any, first: !unit, none: unit && !unit.takesFiles };
    for (const [name, so] of Object.entries(shown)) one(page, `[data-files-${name}]`).hidden = !so;
    fill(one(page, "[data-files-list]"), this.#files.words());
    showContact(CONTACT, [unit ?? []].flat());
  }

  /**
   * Its text stays where it turns to another unit than it was begun for; how it was to be closed, and contact details, were
   * for that one alone.
   * @param {string} slug
   */
  #turn(slug) {
    if (!slug || slug === this.#slug) return;
    const meant = Object.keys(closing()).length > 0 || contactText(CONTACT) !== "";
    const moved = this.#slug !== "" && meant;
    if (moved) {
      const close = chosen("close");
      if (close) close.checked = false;
      emptyContact(CONTACT);
    }
    one(section("write"), "[data-moved]").hidden = !moved;
    this.#slug = slug;
  }

  /** Why it does not fit into what may go; empty where it does. */
  unfit() {
    const { slug: _, contact, ...rest } = this.message();
    const without = { ...rest, files: this.#files.entries() };
    const [listed, whole] = [size(without), size({ ...without, contact })];
    if (this.#files.any && listed.parts > 1) return say("files-fit");
    if (contact && whole.parts > 1) return say("contact-fit");
    if (whole.parts > 1 && (rest.answers["close"] || rest.answers["accepts"])) return say("close-one");
    return whole.parts > MAX_PARTS ? sizeWords(whole) : "";
  }

  /** What is said of its length beside its box. */
  length() {
    const { slug: _, ...rest } = this.message();
    const found = size({ ...rest, files: this.#files.entries() });
    return { parts: found.parts, words: this.unfit() || sizeWords(found) };
  }

  /** What must be mended before it goes. @returns {Fault[]} */
  faults() {
    const { slug, text, answers, contact } = this.message();
    const unit = this.#visits.unit();
    const said = text.trim() !== "" || Object.keys(answers).length > 0 || contact !== "" || this.#files.any;
    const at = one(section("write"), "[data-which]").hidden ? "reply-text" : "which";
    const found = [];
    if (!slug) found.push({ field: "which" });
    else if (this.#files.any && !unit?.takesFiles) found.push({ field: at, text: say("files-elsewhere") });
    else if (contact && !unit?.contact) found.push({ field: at, text: say("contact-elsewhere") });
    if (!said) found.push({ field: "reply-text" });
    else if (this.#files.faults().length) found.push({ field: "reply-text", text: say("files-open") });
    else if (this.unfit()) found.push({ field: "reply-text", text: this.unfit() });
    return found;
  }
}
