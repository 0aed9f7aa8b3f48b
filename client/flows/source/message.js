// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file A message is several visits, one a part under one message_id; and what may be stored when one of them breaks off.
 *
 * Every visit is made as often whatever it sends, so that who breaks the connection does not learn what it was for. The
 * twin of `dropbox/flows/source/message.py`.
 */

/** @import { Attached } from "./attached.js" */
/** @import { Bytes } from "../../protocol/bytes.js" */
/** @import { Warned } from "../trust.js" */
/** @import { Contact, Part, Shown, Visited } from "./visit.js" */

/** Visits for one part, or to read: under the same message_id the unit takes a part once, however often it comes. */
const TRIES = 3;

/**
 * What came of a visit, or of several for the same part. `visited` is the last one that read the board; `reason` why the
 * last envelope has no receipt, undefined when it has one; `perhaps` whether the part may be stored although nothing shows
 * it; `again` whether the connection broke, so that another try makes sense.
 * @typedef {{visited: Visited | undefined, reason: unknown, perhaps: boolean, again: boolean}} Ended
 */

/**
 * Make one visit with this part, or to read; answered by Ended. `perhaps`: something of the message may be stored before.
 * @typedef {{ask: "visit", part: Part | undefined, perhaps: boolean}} MakeVisit
 */

/** Wait before the same visit is made again. @typedef {{ask: "pause"}} Pause */

/**
 * What the last visit for this part, counted from 1, has to warn of; asked for once a part.
 * @typedef {{ask: "learnt", part: number, warnings: Warned[]}} Learnt
 */

/** @typedef {MakeVisit | Pause | Learnt} MessageRequest */

/**
 * What became of a message. `visited` is the last visit that read a board; without a receipt of the last part `reason` says
 * why, and `later` whether a visit that only read would have succeeded, so that another one at once would show that this
 * one did not only read; `partsStored` is how many parts surely are.
 * @typedef {object} Sent
 * @property {"yes" | "perhaps" | "no"} stored
 * @property {Visited | undefined} visited
 * @property {unknown} reason
 * @property {boolean} later
 * @property {number} partsStored
 */

/**
 * A visit, made again when the connection fails, with files within their hour. What was read is kept whatever becomes of the envelope, and what an
 * earlier try may have left behind is not denied by a later one.
 * @param {Part} [part]
 * @returns {AsyncGenerator<MessageRequest, Ended, any>}
 */
export async function* visitPatiently(part) {
  /** @type {Visited | undefined} */
  let read;
  let perhaps = false;
  for (let left = TRIES - 1; ; left--) {
    /** @type {Ended} */
    const ended = yield { ask: "visit", part, perhaps: perhaps || (part?.part ?? 1) > 1 };
    read = ended.visited ?? read;
    perhaps ||= ended.perhaps;
    if (!left || !ended.again || part?.attached?.over) return { visited: read, reason: ended.reason, perhaps, again: false };
    yield { ask: "pause" };
  }
}

/**
 * Every part, until one has no receipt. `slug` empty: the one unit that has answered; `messageId` 16 random bytes.
 * @param {Bytes} messageId
 * @param {Bytes[]} pieces
 * @param {{slug: string, force?: string, shown?: Shown, attached?: Attached, contact?: Contact}} where with `attached` or
 *   `contact` there is one piece
 * @returns {AsyncGenerator<MessageRequest, Sent, any>}
 */
export async function* sendMessage(messageId, pieces, { slug, force = "", shown, attached, contact }) {
  let to = slug;
  /** @type {Visited | undefined} */
  let last;
  for (const [at, body] of pieces.entries()) {
    const first = { shown, ...(attached && { attached }), ...(contact && { contact }) };
    const told = at ? { shown: undefined } : first;
    const part = { slug: to, messageId, part: at + 1, parts: pieces.length, body, force, ...told };
    const { visited, reason, perhaps } = yield* visitPatiently(part);
    if (visited) yield { ask: "learnt", part: part.part, warnings: visited.judged.warnings };
    last = visited ?? last;
    if (!visited?.receipt) {
      // Who only reads makes no second visit.
      const later = Boolean(visited) || at > 0;
      const stored = perhaps || at > 0 ? "perhaps" : "no";
      return { stored, visited: last, reason: visited?.refused ?? reason, later, partsStored: at };
    }
    to = visited.slug;
  }
  return { stored: "yes", visited: last, reason: undefined, later: false, partsStored: pieces.length };
}
