// SPDX-License-Identifier: AGPL-3.0-or-later
// How it stands while a page is open: unread cases in the title, who else writes in the case, whether something was added
// to it. None of it is activity: the desk locks as if nothing had been asked.

const EVERY = 5000;
const LATELY = " They have begun a text to this source within the last hour. Speak to them before you send.";

/**
 * @typedef {object} Now
 * @property {number} [unread]
 * @property {string[]} [writing]
 * @property {number} [newest]
 */

/** @returns {boolean} whether nothing of this page is to be seen any more */
function isBlank() {
  return Boolean(document.body.hidden) || document.body.childElementCount === 0;
}

/**
 * @param {string} name
 * @returns {HTMLElement}
 */
function line(name) {
  const whole = document.createElement("p");
  const strong = document.createElement("strong");
  whole.className = "raw";
  strong.textContent = `${name} is writing here.`;
  whole.append(strong, LATELY);
  return whole;
}

export class Watch {
  #title = document.title;
  #case = document.body.dataset["case"] ?? "";
  #newest = Number(document.body.dataset["newest"] ?? 0);
  #writing = document.getElementById("writing");
  #added = document.getElementById("added");
  #shown = "";
  #asked = 0;

  /** Begin. */
  start() {
    this.#shown = this.#names();
    void this.#ask(false);
    setInterval(() => void this.#ask(false), EVERY);
  }

  /** Somebody types: colleagues are told at once, and then as often as the desk is asked. */
  typed() {
    if (Date.now() - this.#asked >= EVERY) {
      this.#asked = Date.now();
      void this.#ask(true);
    }
  }

  /** @returns {string} those of whom the page says that they write */
  #names() {
    return [...(this.#writing?.querySelectorAll("strong") ?? [])].map((one) => one.textContent).join();
  }

  /** @param {boolean} typing */
  async #ask(typing) {
    if (isBlank()) {
      return;
    }
    const query = new URLSearchParams(this.#case ? { case: this.#case } : {});
    if (typing) {
      query.set("writing", "yes");
    }
    const answer = await fetch(`/now?${query}`, { redirect: "manual" }).catch(() => undefined);
    const now = answer?.ok ? await answer.json().catch(() => ({})) : {};
    if (!isBlank()) {
      this.#show(/** @type {Now} */ (now));
    }
  }

  /** @param {Now} now */
  #show(now) {
    if (now.unread === undefined) {
      return;
    }
    document.title = now.unread ? `(${now.unread}) ${this.#title}` : this.#title;
    if (this.#added && (now.newest ?? 0) > this.#newest) {
      this.#added.hidden = false;
    }
    const lines = (now.writing ?? []).map(line);
    const names = lines.map((one) => one.firstElementChild?.textContent).join();
    // A screen reader speaks at every change, and at none that is none.
    if (this.#writing && names !== this.#shown) {
      this.#shown = names;
      this.#writing.replaceChildren(...lines);
    }
  }
}
