// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The numbers that a service goes by (docs/protocol.md, section 3.4). */

import { LONGEST_PERIOD, MAX_SEGMENT_ENVELOPES, MAX_WINDOW, SHORTEST_PERIOD } from "./constants.js";
import { BadValue } from "./errors.js";

/** @import { Reader } from "./encoding.js" */

/**
 * The service's numbers. `period` and `collect` in seconds, `window` and `repost` in a unit's batches, every other span
 * in periods.
 * @typedef {object} Policy
 * @property {number} period
 * @property {number} collect
 * @property {number} window
 * @property {number} repost
 * @property {number} retention
 * @property {number} epoch
 * @property {number} giveUp
 * @property {number} silentAfter
 * @property {number} clockSlack
 * @property {number} headLife
 * @property {number} intakePerPeriod
 */

/** @param {Reader} reader @returns {Policy} */
export function readPolicy(reader) {
  const policy = {
    period: reader.u32(SHORTEST_PERIOD, LONGEST_PERIOD),
    collect: reader.u32(1),
    window: reader.u32(3, MAX_WINDOW),
    repost: reader.u32(1),
    retention: reader.u32(1, MAX_WINDOW),
    epoch: reader.u32(1),
    giveUp: reader.u32(1),
    silentAfter: reader.u32(1),
    clockSlack: reader.u32(1),
    headLife: reader.u32(1),
    intakePerPeriod: reader.u32(1, MAX_SEGMENT_ENVELOPES),
  };
  if (policy.collect > policy.period || policy.repost > policy.window) throw new BadValue("policy");
  return policy;
}
