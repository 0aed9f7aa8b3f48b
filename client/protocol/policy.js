// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The numbers that a service goes by (docs/protocol.md, section 3.4). */

import { LONGEST_PERIOD, MAX_MIRRORS, MAX_PERIOD_BLOBS, MAX_SEGMENT_ENVELOPES, MAX_SPAN, SHORTEST_PERIOD } from "./constants.js";
import { BadValue } from "./errors.js";

/** @import { Reader } from "./encoding.js" */

/**
 * The service's numbers. `period` and `collect` in seconds, every other span in periods: `stay` how long an unread text
 * stands on the board before it waits for its source, `linger` how long one that was read still does. The last five are
 * kept for what is not built yet, and 0.
 * @typedef {object} Policy
 * @property {number} period
 * @property {number} collect
 * @property {number} stay
 * @property {number} linger
 * @property {number} retention
 * @property {number} epoch
 * @property {number} giveUp
 * @property {number} silentAfter
 * @property {number} clockSlack
 * @property {number} headLife
 * @property {number} intakePerPeriod
 * @property {number} blobsPerPeriod
 * @property {number} closeAfter
 * @property {number} wholeLimit
 * @property {number} mirrorsAsked
 * @property {number} firstReader
 */

/** @param {Reader} reader @returns {Policy} */
export function readPolicy(reader) {
  const policy = {
    period: reader.u32(SHORTEST_PERIOD, LONGEST_PERIOD),
    collect: reader.u32(1),
    stay: reader.u32(1, MAX_SPAN),
    linger: reader.u32(0, MAX_SPAN),
    retention: reader.u32(1, MAX_SPAN),
    epoch: reader.u32(1),
    giveUp: reader.u32(1),
    silentAfter: reader.u32(1),
    clockSlack: reader.u32(1),
    headLife: reader.u32(1),
    intakePerPeriod: reader.u32(1, MAX_SEGMENT_ENVELOPES),
    blobsPerPeriod: reader.u32(0, MAX_PERIOD_BLOBS),
    closeAfter: reader.u32(),
    wholeLimit: reader.u32(),
    mirrorsAsked: reader.u8(0, MAX_MIRRORS),
    firstReader: reader.u8(0, 1),
  };
  if (policy.collect > policy.period) throw new BadValue("policy");
  return policy;
}
