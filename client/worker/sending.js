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

/** A visit or a message that ended before its end, and what is known of what it left behind. */
export class Interrupted extends Error {
  /**
   * @param {unknown} reason
   * @param {{perhapsStored: boolean, partsStored?: number, warnings?: Warned[]}} left
   */
  constructor(reason, { perhapsStored, partsStored = 0, warnings = [] }) {
    super("interrupted");
    this.reason = reason;
    this.perhapsStored = perhapsStored;
    this.partsStored = partsStored;
    this.warnings = warnings;
  }
}

/**
 * One burst. Throws Interrupted, `perhapsStored` once the envelope may have left.
 * @param {Visitor} visitor
 * @param {Part} [part]
 * @returns {Promise<Visited>}
 */
async function visitOnce({ anchor, stretched, despiteClock, report, network }, part) {
  const counted = part && part.parts > 1 ? { part: part.part, parts: part.parts } : {};
  let perhapsStored = false;
  /** @type {Warned[]} */
  let warnings = [];
  const transport = new HttpTransport((stage, percent) => {
    perhapsStored ||= stage === "post";
    report({ stage, ...(percent !== undefined && { percent }), ...counted });
  }, network);
  try {
    const flow = visit(anchor, stretched, part, Math.floor(Date.now() / 1000), randomBytes);
    return await transport.drive(flow, (request) => {
      warnings = request.warnings;
      return despiteClock;
    });
  } catch (reason) {
    throw new Interrupted(reason, { perhapsStored, warnings });
  }
}

/**
 * A visit, made again when the connection fails, whatever it sends: what broke it must not learn what it was for. A part
 * that is refused after an earlier try may have stored it has failed. Throws Interrupted.
 * @param {Visitor} visitor
 * @param {Part} [part]
 */
export async function visitPatiently(visitor, part) {
  for (let [left, perhapsStored] = [TRIES - 1, false]; ; left--) {
    try {
      const visited = await visitOnce(visitor, part);
      if (!visited.refused || !perhapsStored) return visited;
      throw new Interrupted(visited.refused, { perhapsStored, warnings: visited.judged.warnings });
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      perhapsStored ||= error.perhapsStored;
      if (!left || !(error.reason instanceof TransportFailed)) {
        throw new Interrupted(error.reason, { perhapsStored, warnings: error.warnings });
      }
    }
    await sleep(visitor.pause ?? PAUSE);
  }
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
    let visited;
    try {
      visited = await visitPatiently(visitor, part);
      if (visited.refused && at) throw new Interrupted(visited.refused, { perhapsStored: true });
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      const perhapsStored = error.perhapsStored || at > 0;
      throw new Interrupted(error.reason, { perhapsStored, partsStored: at, warnings: error.warnings });
    }
    sent = { visited, warnings: sent?.warnings ?? visited.judged.warnings };
    if (visited.refused) break;
    to = visited.slug;
  }
  return /** @type {{visited: Visited, warnings: Warned[]}} */ (sent);
}
