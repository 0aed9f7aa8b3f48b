// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a batch holds, in short: the beginnings of its rows' tags, lane by lane, and its marks (docs/protocol.md, section 6.7). */

import { LANES, LEAST_MARKS, LEAST_ROWS, MAX_MARKS, MAX_ROWS, PAYLOAD } from "./constants.js";
import { Reader } from "./encoding.js";
import { BadValue, WrongLength } from "./errors.js";
import { isSize, parseSet, rankOf, setSize, valueOf } from "./sets.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { NumberSet } from "./sets.js" */

/**
 * A set of tags' beginnings a lane, each of `laneRows` values; the set of the marks' values, and their payloads in its order.
 * @typedef {{lanes: NumberSet[], laneRows: number, marks: NumberSet, payloads: Bytes}} Index
 */

/**
 * `q` rows and `m` marks are numbers that a batch may have. Throws BadValue.
 * @param {number} q
 * @param {number} m
 */
export function checkSizes(q, m) {
  if (!isSize(q, LEAST_ROWS, MAX_ROWS) || !isSize(m, LEAST_MARKS, MAX_MARKS)) throw new BadValue("rows and marks");
}

/**
 * Bytes of the index of a batch of `q` rows and `m` marks.
 * @param {number} q
 * @param {number} m
 */
export function indexSize(q, m) {
  return LANES * setSize(q / LANES) + setSize(m) + PAYLOAD * m;
}

/**
 * The index of `q` rows and `m` marks, which must be in its one form. Throws BadValue, WrongLength, BadPadding.
 * @param {Bytes} data
 * @param {number} q
 * @param {number} m
 * @returns {Index}
 */
export function parseIndex(data, q, m) {
  checkSizes(q, m);
  if (data.length !== indexSize(q, m)) throw new WrongLength("index");
  const [reader, laneRows] = [new Reader(data, "index"), q / LANES];
  const lanes = Array.from({ length: LANES }, () => parseSet(reader.take(setSize(laneRows)), laneRows));
  const marks = parseSet(reader.take(setSize(m)), m);
  return { lanes, laneRows, marks, payloads: reader.take(PAYLOAD * m) };
}

/**
 * The number of the row, from 0, whose tag begins in `lane` as this one does, or -1; about one tag in 2^24 does so by
 * chance.
 * @param {Index} index
 * @param {number} lane
 * @param {Bytes} tag
 */
export function rowOf({ lanes, laneRows }, lane, tag) {
  const rank = rankOf(/** @type {NumberSet} */ (lanes[lane]), valueOf(tag, laneRows));
  return rank < 0 ? -1 : lane * laneRows + rank;
}

/**
 * The 3 bytes that stand with a mark's value.
 * @param {Index} index
 * @param {number} value
 */
export function payloadOf({ marks, payloads }, value) {
  const rank = rankOf(marks, value);
  return rank < 0 ? undefined : payloads.subarray(rank * PAYLOAD, (rank + 1) * PAYLOAD);
}
