// SPDX-License-Identifier: AGPL-3.0-or-later
// The reply box: what is typed is kept by itself, and nothing written is lost by leaving.

import { watchLength } from "./counter.js";
import { Keeper } from "./keeper.js";

// After the last key.
const KEEP_AFTER = 2000;
const TRY_AGAIN = 15_000;

export class ReplyBox {
  #box;
  #form;
  #keeper;
  #kept;
  #leaving = false;
  #typed = 0;
  #wait = 0;
  /** @type {() => void} */
  #heard = () => {};

  /**
   * @param {HTMLTextAreaElement} box
   * @param {HTMLFormElement} form
   */
  constructor(box, form) {
    this.#box = box;
    this.#form = form;
    this.#keeper = new Keeper(form);
    // What the desk could not keep stands in the page alone.
    this.#kept = !("unkept" in box.dataset);
  }

  /** Begin. */
  watch() {
    this.#box.addEventListener("input", () => {
      this.#kept = false;
      this.#typed = Date.now();
      this.#keepSoon();
    });
    this.#form.addEventListener("submit", () => {
      this.#leaving = true;
    });
    window.addEventListener("beforeunload", (event) => {
      if (!this.#kept && !this.#leaving && this.#box.value) {
        event.preventDefault();
      }
    });
    if (location.hash === "#text") {
      // From the inbox, or from a draft that was kept while its writer goes on.
      this.#box.focus();
      this.#box.setSelectionRange(this.#box.value.length, this.#box.value.length);
    }
  }

  /** @returns {boolean} whether nothing would be lost now */
  isKept() {
    return this.#kept || !this.#box.value;
  }

  /** @returns {boolean} whether something was typed here that is not sent, kept or not */
  isBegun() {
    return this.#typed > 0 && this.#box.value !== "";
  }

  /** @returns {boolean} whether only a button can keep this page's text now */
  isStopped() {
    return this.#keeper.isStopped();
  }

  /** @returns {number} when something was typed last */
  typed() {
    return this.#typed;
  }

  /** @param {() => void} hear */
  onTyping(hear) {
    this.#box.addEventListener("input", hear);
  }

  /** @param {() => void} hear hears when the page has kept the text by itself */
  onKept(hear) {
    this.#heard = hear;
  }

  focus() {
    this.#box.focus();
  }

  /** @returns {Promise<boolean>} whether the desk has it as a draft; the page stays as it is */
  async keep() {
    const text = this.#box.value;
    const done = await this.#keeper.keep();
    this.#kept ||= done && this.#box.value === text;
    return done;
  }

  /** @param {string} act sends the form as if this button had been pressed */
  submit(act) {
    this.#leaving = true;
    // Rather most of it than nothing: the desk keeps no more than this.
    this.#box.value = this.#box.value.slice(0, this.#box.maxLength);
    const button = document.createElement("button");
    button.name = "act";
    button.value = act;
    button.hidden = true;
    this.#form.append(button);
    this.#form.requestSubmit(button);
  }

  #keepSoon(after = KEEP_AFTER) {
    clearTimeout(this.#wait);
    this.#wait = window.setTimeout(() => this.#keepNow(), after);
  }

  async #keepNow() {
    // A tab out of sight keeps its text by locking early: see idle.js.
    if (this.#kept || this.#leaving || !this.#box.value || document.hidden || this.isStopped()) {
      return;
    }
    if (this.#keeper.isKeeping()) {
      this.#keepSoon();
    } else if (await this.keep()) {
      this.#heard();
    } else if (!this.isStopped()) {
      this.#keepSoon(TRY_AGAIN);
    }
  }
}

/** @returns {ReplyBox | undefined} nothing where the page has no box */
export function watchReply() {
  const box = document.querySelector("textarea[data-part]");
  if (!(box instanceof HTMLTextAreaElement) || !box.form) {
    return undefined;
  }
  const reply = new ReplyBox(box, box.form);
  watchLength(box);
  reply.watch();
  return reply;
}
