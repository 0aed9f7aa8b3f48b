// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Marks: how many of its messages a unit has, for one source to see (docs/protocol.md, section 6.6). */

import { concat, xor } from "./bytes.js";
import { PAYLOAD, TAG } from "./constants.js";
import { Reader, u32 } from "./encoding.js";
import * as labels from "./labels.js";
import { mac } from "./primitives.js";
import { valueOf } from "./sets.js";

/** @import { Whose } from "./board.js" */
/** @import { Bytes } from "./bytes.js" */

/**
 * `collected`: how many messages the unit has whole, 65,535 for more; `moreWaits`: a text that the source has not
 * acknowledged is not in this batch.
 * @typedef {{collected: number, moreWaits: boolean}} Mark
 */

/**
 * x: 32 bytes whose first bits are the mark's value and whose 17th to 19th byte hide its payload.
 * @param {Whose} whose
 * @param {number} period
 */
export function markName({ beacon, pseudonym }, period) {
  return mac(beacon, concat(labels.COLLECTED_MARK, pseudonym, u32(period)));
}

/**
 * What stands for the mark in a batch of `m` marks.
 * @param {Bytes} name
 * @param {number} m
 */
export function markValue(name, m) {
  return valueOf(name, m);
}

/**
 * What hides a payload, and the other way round: 3 bytes.
 * @param {Bytes} name
 * @param {Bytes} payload
 */
export function maskPayload(name, payload) {
  return xor(payload, name.subarray(TAG, TAG + PAYLOAD));
}

/**
 * What a payload that stands with the mark's value says; undefined where it is none of this source's.
 * @param {Bytes} name
 * @param {Bytes} payload
 * @returns {Mark | undefined}
 */
export function showMark(name, payload) {
  const reader = new Reader(maskPayload(name, payload), "mark");
  const flag = reader.u8();
  return flag <= 1 ? { collected: reader.u16(), moreWaits: flag === 1 } : undefined;
}
