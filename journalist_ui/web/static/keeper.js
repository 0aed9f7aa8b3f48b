// SPDX-License-Identifier: AGPL-3.0-or-later
// Hands what stands in a reply's form to the desk as a draft, while the page stays as it is, and says so in the page.

const OTHER_TAB =
  "Not kept by itself: another tab has a newer draft. Press Keep as a draft, and both are shown to choose from.";
const SESSION_OVER =
  "Not kept by itself: your session is over. Press Keep as a draft; your text is kept while you sign in.";
const NOT_TAKEN = "Not kept yet: the desk did not take it. It is tried again; do not close this page.";

export class Keeper {
  #form;
  #told = document.getElementById("kept");
  #keeping = false;
  #stopped = false;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    this.#told?.setAttribute("role", "status");
  }

  /** @returns {boolean} whether it is on its way */
  isKeeping() {
    return this.#keeping;
  }

  /** @returns {boolean} whether only a button can keep this page's text now */
  isStopped() {
    return this.#stopped;
  }

  /** @returns {Promise<boolean>} whether the desk has the text */
  async keep() {
    this.#keeping = true;
    const answer = await this.#post();
    this.#keeping = false;
    if (answer?.status === 200) {
      const base = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("base"));
      base.value = answer.headers.get("draft-version") ?? base.value;
      this.#say(`Draft kept ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`);
      return true;
    }
    const newer = answer?.status === 409;
    const over = answer?.type === "opaqueredirect";
    this.#stopped ||= newer || over;
    this.#say(newer ? OTHER_TAB : over ? SESSION_OVER : NOT_TAKEN);
    return false;
  }

  /** @returns {Promise<Response | undefined>} nothing where the desk does not answer */
  #post() {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form)) {
      body.set(name, String(value));
    }
    body.set("act", "keep");
    return fetch(this.#form.action, { method: "POST", body, redirect: "manual" }).catch(() => undefined);
  }

  /** @param {string} words */
  #say(words) {
    if (this.#told) {
      this.#told.textContent = words;
    }
  }
}
