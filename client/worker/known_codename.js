// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The codename last used and its stretched secret, so that an answer after a check needs no second stretch. */

import { equal } from "../protocol/bytes.js";
import { stretch } from "../protocol/codename.js";

/** @import { Bytes } from "../protocol/bytes.js" */

/** @typedef {(percent: number) => void} OnPercent */

/**
 * Milliseconds: a stretch takes a third to four fifths of a second where code is compiled, and seven seconds or more where
 * not. The longest reading takes a third of a stretch: half a second, which is what a visit leaves for it, up to here.
 */
const SLOW = 1_500;

/** Begins the stretch at once; whoever waits for it last hears its progress, whole percents, each once. */
class Stretch {
  /** Whether this device took long: then reading takes long too. */
  slow = false;
  #stopped = false;
  #percent = -1;
  /** @type {OnPercent} */
  onPercent;

  /**
   * @param {Bytes} entropy
   * @param {Bytes} serviceId
   * @param {OnPercent} onPercent
   */
  constructor(entropy, serviceId, onPercent) {
    this.entropy = entropy;
    this.onPercent = onPercent;
    const begun = performance.now();
    this.secret = stretch(entropy, serviceId, (share) => this.#hear(share)).then((secret) => {
      this.slow = performance.now() - begun > SLOW;
      return secret;
    });
    // Whoever waits hears of it; nobody need wait.
    this.secret.catch(() => undefined);
  }

  /** @param {number} share */
  #hear(share) {
    if (this.#stopped) throw new Error("stopped");
    const percent = Math.floor(100 * share);
    if (percent > this.#percent) this.onPercent((this.#percent = percent));
  }

  stop() {
    this.#stopped = true;
  }
}

/** At most one codename's secrets. */
export class KnownCodename {
  /** @type {Stretch | undefined} */
  #known;

  /**
   * Begin to stretch a codename, unless it is the one that is known.
   * @param {Bytes} entropy
   * @param {Bytes} serviceId
   * @param {OnPercent} onPercent
   * @returns {Promise<Bytes>} S, when it is done
   */
  secret(entropy, serviceId, onPercent) {
    if (!this.#known || !equal(this.#known.entropy, entropy)) {
      this.forget();
      const begun = (this.#known = new Stretch(entropy, serviceId, onPercent));
      // One that failed for want of memory may succeed when it is asked for again.
      begun.secret.catch(() => {
        if (this.#known === begun) this.#known = undefined;
      });
    }
    this.#known.onPercent = onPercent;
    return this.#known.secret;
  }

  get slow() {
    return this.#known?.slow ?? false;
  }

  /** Drop it, and stop its stretch. */
  forget() {
    this.#known?.stop();
    this.#known = undefined;
  }
}
