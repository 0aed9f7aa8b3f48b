// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The blobs of a visit with files, real and random ones in random order (docs/protocol.md, step 7.1.9). */

import { blobId, parsePass, posted, postingOrder } from "../../protocol/blobs.js";
import { equal } from "../../protocol/bytes.js";
import { BLOB } from "../../protocol/constants.js";
import { BadValue, FilesTooLate } from "../../protocol/errors.js";
import { parseReceipt } from "../../protocol/wire.js";

/** @import { Bytes } from "../../protocol/bytes.js" */
/** @import { ProtocolError } from "../../protocol/errors.js" */
/** @import { VisitRequest } from "./requests.js" */

/** Passes that a visit asks for: one lapses when the line was cut for long, and ends with the server's process. */
const PASSES = 3;
/** Seconds for which the same blobs are sent, over all tries; then the keys of their files are used no more. */
const HOUR = 3_600;

/** What is left to post, kept from one try of a visit to the next: what has a receipt is not posted again. */
export class Attached {
  #random;
  #now;
  #begun;
  /** How many there are, real and random ones. */
  count;
  /** @type {Bytes[]} */
  left;
  /**
   * Why the message does not go: then nothing of its files does any more, in this visit or a later one.
   * @type {ProtocolError | undefined}
   */
  refused;

  /**
   * Throws BadValue for no blob, TooLong.
   * @param {Bytes[]} blobs of all files of the message
   * @param {(size: number) => Bytes} random
   * @param {() => number} now in seconds of a clock that sleep does not stop
   */
  constructor(blobs, random, now) {
    const count = posted(blobs.length);
    const every = [...blobs, ...Array.from({ length: count - blobs.length }, () => random(BLOB))];
    this.#random = random;
    this.#now = now;
    this.#begun = now();
    this.count = count;
    this.left = postingOrder(count, random).map((number) => /** @type {Bytes} */ (every[number]));
  }

  /** Whether their hour is over, or the clock was set. */
  get over() {
    const since = this.#now() - this.#begun;
    return !(since >= 0 && since <= HOUR);
  }

  /**
   * Random bytes in place of all that is left. The first reason stands.
   * @param {ProtocolError} why
   */
  spoil(why) {
    if (!this.refused) {
      this.refused = why;
      this.left = this.left.map(() => this.#random(BLOB));
    }
    return this.refused;
  }
}

/**
 * Every blob that is left. Throws Malformed for an answer that is none, FilesTooLate.
 * @param {Attached} attached
 * @returns {AsyncGenerator<VisitRequest, void, any>}
 */
export async function* postBlobs(attached) {
  const { left } = attached;
  for (let passes = 0; passes < PASSES && left.length; passes++) {
    inTime(attached);
    const admitted = parsePass(yield { ask: "pass", blobs: left.length, of: attached.count });
    if (admitted.blobs !== left.length) throw new BadValue("pass for others");
    for (let blob = left[0]; blob; blob = left[0]) {
      inTime(attached);
      const answer = yield { ask: "blob", name: admitted.name, blob, left: left.length, of: attached.count };
      if (!(answer instanceof Uint8Array)) break;
      const { id } = parseReceipt(/** @type {Bytes} */ (answer));
      if (!equal(id, await blobId(blob))) throw new BadValue("receipt for another blob");
      left.shift();
    }
  }
  if (left.length) throw new BadValue("passes");
}

/** Throws FilesTooLate. @param {Attached} attached */
function inTime(attached) {
  if (attached.over) throw new FilesTooLate("hour");
}
