// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file How blobs travel: how many and in which order, and the pass for them (docs/protocol.md, steps 5.10 and 7.4). */

import { concat, equal, toBigInt, toHex } from "./bytes.js";
import { MAX_BLOBS, PASS, StructType } from "./constants.js";
import { head, u8 } from "./encoding.js";
import { BadValue, TooLong, WrongLength } from "./errors.js";
import { sha256 } from "./primitives.js";
import { encodeAnswer, parseAnswer } from "./wire.js";

/** @import { Bytes } from "./bytes.js" */

const HEX = /^\s*(?:[0-9a-f]{2}\s*)*$/i;

/**
 * H(blob), 32 bytes.
 * @param {Bytes} blob
 */
export function blobId(blob) {
  return sha256(blob);
}

/**
 * How many blobs a visit posts that has so many real ones: the next power of two. Throws BadValue for none, TooLong.
 * @param {number} real
 */
export function posted(real) {
  if (real < 1) throw new BadValue("blobs");
  if (real > MAX_BLOBS) throw new TooLong("files", { parts: real, allowed: MAX_BLOBS });
  let count = 1;
  while (count < real) count *= 2;
  return count;
}

/**
 * The numbers below `count` in random order: from the last place down to the second, each is changed with one of those up
 * to it, drawn as `u64 mod m` of 8 bytes.
 * @param {number} count
 * @param {(size: number) => Bytes} random
 */
export function postingOrder(count, random) {
  const order = Array.from({ length: count }, (_, place) => place);
  for (let place = count - 1; place > 0; place--) {
    const other = Number(toBigInt(random(8)) % BigInt(place + 1));
    [order[place], order[other]] = [/** @type {number} */ (order[other]), /** @type {number} */ (order[place])];
  }
  return order;
}

/**
 * `version, type 15, count u8`: 3 bytes.
 * @param {number} count
 */
export function passRequest(count) {
  return concat(head(StructType.PASS_REQUEST), u8(count));
}

/**
 * That a server lets so many blobs in, by a name that it drew: 16 bytes.
 * @typedef {{name: Bytes, blobs: number}} Pass
 */

/**
 * The 256 bytes that the server sends.
 * @param {Pass} pass
 */
export function passAnswer({ name, blobs }) {
  return encodeAnswer("pass", { pass: toHex(name), blobs });
}

/**
 * Only the very bytes that passAnswer writes. Throws Malformed.
 * @param {Bytes} data
 * @returns {Pass}
 */
export function parsePass(data) {
  const { pass = "", blobs } = parseAnswer(data, "pass");
  if (typeof pass !== "string" || !HEX.test(pass)) throw new BadValue("pass name");
  const name = Uint8Array.from(pass.match(/[0-9a-f]{2}/gi) ?? [], (pair) => parseInt(pair, 16));
  if (name.length !== PASS) throw new WrongLength("pass name");
  if (typeof blobs !== "number" || !Number.isInteger(blobs) || blobs < 1 || blobs > MAX_BLOBS) {
    throw new BadValue("pass blobs");
  }
  const found = { name, blobs };
  if (!equal(passAnswer(found), data)) throw new BadValue("pass form");
  return found;
}
