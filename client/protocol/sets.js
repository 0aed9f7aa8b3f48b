// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Sets of numbers in about 26 bits each, every number with its rank (docs/protocol.md, section 2.2). */

import { LOW, LOW_BITS, MAX_MARKS } from "./constants.js";
import { Reader } from "./encoding.js";
import { BadPadding, BadValue, WrongLength } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

/** Bytes that hold the bits of any value: 24 + 17 at most. */
const NAME = 6;

/**
 * Values that rise strictly. Below 2^41 each: a number holds them exactly.
 * @typedef {Float64Array} NumberSet
 */

/**
 * Whether `size` is a power of two within [low, high]; `low` is at least 1.
 * @param {number} size
 * @param {number} low
 * @param {number} high
 */
export function isSize(size, low, high) {
  return low <= size && size <= high && (size & (size - 1)) === 0;
}

/**
 * Bytes of a set of `count` values: 2 x count bits, filled to a byte, and 3 bytes a value.
 * @param {number} count
 */
export function setSize(count) {
  return Math.ceil((2 * count) / 8) + LOW * count;
}

/**
 * The value of `name` in a set of `count`: its first 24 + log2(count) bits. Throws Truncated.
 * @param {Bytes} name
 * @param {number} count
 */
export function valueOf(name, count) {
  return Math.floor(new Reader(name, "name").number(NAME) / 2 ** (8 * NAME - LOW_BITS - (31 - Math.clz32(count))));
}

/**
 * How many values are smaller, where `value` is one of them; -1 where it is none.
 * @param {NumberSet} values
 * @param {number} value
 */
export function rankOf(values, value) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (/** @type {number} */ (values[middle]) < value) low = middle + 1;
    else high = middle;
  }
  return values[low] === value ? low : -1;
}

/**
 * A set of `count` values, which must be in its one form. Throws BadValue, WrongLength, BadPadding.
 * @param {Bytes} data
 * @param {number} count
 * @returns {NumberSet}
 */
export function parseSet(data, count) {
  if (!isSize(count, 1, MAX_MARKS)) throw new BadValue("set size");
  if (data.length !== setSize(count)) throw new WrongLength("set");
  const values = highParts(data, count);
  const end = data.length - LOW * count;
  // Only a set of one or two values does not fill its bytes.
  if (/** @type {number} */ (data[end - 1]) & (0xff >> (2 * count - 8 * (end - 1)))) throw new BadPadding("set");
  const bytes = new DataView(data.buffer, data.byteOffset, data.length);
  let before = -1;
  for (let rank = 0, at = end - 1; rank < count; rank++, at += LOW) {
    const value = /** @type {number} */ (values[rank]) + (bytes.getUint32(at) & 0xff_ffff);
    if (value <= before) throw new BadValue("set order");
    before = values[rank] = value;
  }
  return values;
}

/**
 * Each value without its low 3 bytes: how many zeros stand before its one, in the first 2 x count bits.
 * @param {Bytes} data
 * @param {number} count
 */
function highParts(data, count) {
  const [values, step] = [new Float64Array(count), 2 ** LOW_BITS];
  let found = 0;
  for (let at = 0; at < 2 * count; at++) {
    if (!(/** @type {number} */ (data[at >> 3]) & (0x80 >> (at & 7)))) continue;
    // A one in the last place would stand after as many zeros as there are values: its value would be too large.
    if (found === count || at === 2 * count - 1) throw new BadValue("set bits");
    values[found] = (at - found) * step;
    found++;
  }
  if (found !== count) throw new BadValue("set bits");
  return values;
}
