// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Visits over the network: one to read, and a message whose every part is a whole visit, one after another. */

import { visit } from "../flows/visit.js";
import { MESSAGE_ID } from "../protocol/constants.js";
import { randomBytes } from "../protocol/primitives.js";
import { TransportFailed } from "../transport/errors.js";
import { HttpTransport, sleep } from "../transport/http.js";

/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { Anchor } from "../protocol/anchors.js" */
/** @import { Part, Shown, Visited } from "../flows/visit.js" */
/** @import { Warned } from "../flows/trust.js" */
/** @import { Progress } from "../worker_messages.js" */

/** Visits for one part, or to read: under the same message_id the unit takes a part once, however often it comes. */
const TRIES = 3;
const PAUSE = 5_000;

/**
 * What a visit needs besides what it sends. `stretched` is S.
 * @typedef {object} Visitor
 * @property {Anchor} anchor
 * @property {Bytes} stretched
 * @property {boolean} despiteClock
 * @property {(progress: Progress) => void} report
 * @property {ConstructorParameters<typeof HttpTransport>[1]} [network] as HttpTransport takes it
 * @property {number} [pause] milliseconds between two visits for one part
 */

/** A visit or a message that ended before its end, and what is known of what it left behind: see Failure. */
export class Interrupted extends Error {
  /**
   * @param {unknown} reason
   * @param {{perhapsStored: boolean, untaken?: boolean, partsStored?: number, warnings?: Warned[]}} left
   */
  constructor(reason, { perhapsStored, untaken = false, partsStored = 0, warnings = [] }) {
    super("interrupted");
    this.reason = reason;
    this.perhapsStored = perhapsStored;
    this.untaken = untaken;
    this.partsStored = partsStored;
    this.warnings = warnings;
  }
}

/**
 * One burst. Throws Interrupted when directory or board cannot be had or believed: nothing has left then.
 * @param {Visitor} visitor
 * @param {Part} [part]
 * @returns {Promise<Visited>}
 */
async function visitOnce({ anchor, stretched, despiteClock, report, network }, part) {
  const counted = part && part.parts > 1 ? { part: part.part, parts: part.parts } : {};
  /** @type {Warned[]} */
  let warnings = [];
  const transport = new HttpTransport((stage, percent) => {
    report({ stage, ...(percent !== undefined && { percent }), ...counted });
  }, network);
  try {
    const flow = visit(anchor, stretched, part, Math.floor(Date.now() / 1000), randomBytes);
    return await transport.drive(flow, (request) => {
      warnings = request.warnings;
      return despiteClock;
    });
  } catch (reason) {
    throw new Interrupted(reason, { perhapsStored: false, warnings });
  }
}

/**
 * What came of a visit, made as often as it takes. `perhapsStored`: the part may be stored although nothing shows it;
 * `reason`: why the last envelope has no receipt, undefined when it has one.
 * @typedef {{visited: Visited, perhapsStored: boolean, reason: unknown}} Ended
 */

/**
 * A visit, made again when the connection fails, whatever it sends: what broke it must not learn what it was for. What
 * was read is kept whatever becomes of the envelope. Throws Interrupted when nothing was read.
 * @param {Visitor} visitor
 * @param {Part} [part]
 * @returns {Promise<Ended>}
 */
export async function visitPatiently(visitor, part) {
  /** @type {Visited | undefined} */
  let read;
  let perhapsStored = false;
  for (let left = TRIES - 1; ; left--) {
    /** @type {unknown} */
    let reason;
    try {
      read = await visitOnce(visitor, part);
      reason = read.fault?.reason;
      perhapsStored ||= Boolean(read.fault?.perhaps && !read.refused);
      if (!read.fault) return { visited: read, perhapsStored, reason: undefined };
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      reason = error.reason;
      if (!read && (!left || !(reason instanceof TransportFailed))) throw error;
    }
    if (read && (!left || !(reason instanceof TransportFailed))) return { visited: read, perhapsStored, reason };
    await sleep(visitor.pause ?? PAUSE);
  }
}

/**
 * One part of a message. Throws Interrupted unless it has a receipt, or was refused and cannot have been stored before.
 * @param {Visitor} visitor
 * @param {Part} part
 */
async function sendPart(visitor, part) {
  const { visited, perhapsStored, reason } = await visitPatiently(visitor, part);
  const { refused, judged, receipt } = visited;
  const again = part.part > 1 || perhapsStored;
  if (receipt || (refused && !again)) return visited;
  throw new Interrupted(refused ?? reason, { perhapsStored, untaken: true, warnings: judged.warnings });
}

/**
 * Every part under one message_id. `slug` empty: the one unit that has answered. Answers the last visit and the first
 * one's warnings; a message that is refused before anything was stored is no failure. Throws Interrupted.
 * @param {Visitor} visitor
 * @param {Bytes[]} pieces
 * @param {{slug: string, force?: string, shown?: Shown}} where
 * @returns {Promise<{visited: Visited, warnings: Warned[]}>}
 */
export async function send(visitor, pieces, { slug, force = "", shown }) {
  const messageId = randomBytes(MESSAGE_ID);
  const parts = pieces.length;
  let to = slug;
  /** @type {{visited: Visited, warnings: Warned[]} | undefined} */
  let sent;
  for (const [at, body] of pieces.entries()) {
    const part = { slug: to, messageId, part: at + 1, parts, body, force, shown: at ? undefined : shown };
    try {
      const visited = await sendPart(visitor, part);
      sent = { visited, warnings: sent?.warnings ?? visited.judged.warnings };
      if (visited.refused) break;
      to = visited.slug;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      const { perhapsStored, untaken, warnings } = error;
      // Who only reads makes no second visit.
      const left = { perhapsStored: perhapsStored || at > 0, untaken: untaken || at > 0, partsStored: at, warnings };
      throw new Interrupted(error.reason, left);
    }
  }
  return /** @type {{visited: Visited, warnings: Warned[]}} */ (sent);
}
