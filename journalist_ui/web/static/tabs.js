// SPDX-License-Identifier: AGPL-3.0-or-later
// The tabs of one browser tell one another what happens in them, so that they share one clock and lock together.

/**
 * @typedef {object} Told
 * @property {"loaded" | "typed" | "locked"} what
 * @property {string} session of the tab that tells
 */

export class Tabs {
  #channel = new BroadcastChannel("desk");
  #session;

  /** @param {string} session of this tab */
  constructor(session) {
    this.#session = session;
  }

  /** @param {Told["what"]} what */
  tell(what) {
    this.#channel.postMessage({ what, session: this.#session });
  }

  /** @param {(what: Told["what"], mine: boolean) => void} heard is told whether it comes from a tab of this session */
  hear(heard) {
    this.#channel.addEventListener("message", (event) => {
      const told = /** @type {Told} */ (event.data);
      heard(told.what, told.session === this.#session);
    });
  }
}
