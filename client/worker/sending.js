// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Reading and sending over the network: the visits that a message's flow asks for, and progress for the page. */

import { drive } from "../flows/drive.js";
import { sendMessage, visitPatiently } from "../flows/source/message.js";
import { visit } from "../flows/source/visit.js";
import { ProtocolError } from "../protocol/errors.js";
import { randomBytes } from "../protocol/primitives.js";
import { TransportFailed } from "../transport/errors.js";
import { HttpTransport, sleep } from "../transport/http.js";

/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { Message } from "./sealed.js" */
/** @import { Anchor } from "../protocol/anchors.js" */
/** @import { Ended, MakeVisit, MessageRequest } from "../flows/source/message.js" */
/** @import { Shown, Visited } from "../flows/source/visit.js" */
/** @import { Warned } from "../flows/trust.js" */
/** @import { Progress, VisitTold } from "../worker_messages.js" */

const PAUSE = 5_000;

/**
 * What a visit needs besides what it sends. `stretched` is S.
 * @typedef {object} Visitor
 * @property {Anchor} anchor
 * @property {Bytes} stretched
 * @property {boolean} despiteClock
 * @property {(progress: Progress) => void} report
 * @property {(reading: Visited) => VisitTold} [show] what the page is told of what was read, once the envelope leaves
 * @property {ConstructorParameters<typeof HttpTransport>[1]} [network] as HttpTransport takes it
 * @property {number} [pause] milliseconds between two visits for one part
 */

/** A visit or a message that ended before its end, and what is known of what it left behind: see Failure. */
export class Interrupted extends Error {
  /**
   * @param {unknown} reason
   * @param {{perhapsStored: boolean, untaken: boolean, partsStored: number, warnings: Warned[]}} left
   */
  constructor(reason, { perhapsStored, untaken, partsStored, warnings }) {
    super("interrupted");
    this.reason = reason;
    this.perhapsStored = perhapsStored;
    this.untaken = untaken;
    this.partsStored = partsStored;
    this.warnings = warnings;
  }
}

/** The hand of a message's flow: makes its visits, waits, and keeps what they warned of. */
class Hand {
  /** What stands now, and what stood after the first part. @type {Warned[]} */
  warnings = [];
  /** @type {Warned[] | undefined} */
  first;
  #visitor;

  /** @param {Visitor} visitor */
  constructor(visitor) {
    this.#visitor = visitor;
  }

  /** @param {MessageRequest} request */
  answer = (request) => {
    switch (request.ask) {
      case "visit":
        return this.#visit(request);
      case "pause":
        return sleep(this.#visitor.pause ?? PAUSE);
      case "learnt":
        this.first ??= request.warnings;
        this.warnings = request.warnings;
        return undefined;
    }
  };

  /**
   * One burst, and how it ended. Where directory or board cannot be had or believed nothing has left.
   * @param {MakeVisit} request
   * @returns {Promise<Ended>}
   */
  async #visit({ part, perhaps }) {
    const { anchor, stretched, despiteClock, report, show, network } = this.#visitor;
    /** @type {Visited | undefined} */
    let reading;
    /** @type {{read?: VisitTold}} */
    let shown = {};
    const counted = part && part.parts > 1 ? { part: part.part, parts: part.parts } : {};
    const left = { partsStored: (part?.part ?? 1) - 1 };
    this.warnings = [];
    const transport = new HttpTransport((stage, more) => {
      const perhapsStored = perhaps || stage === "post";
      // Made ready before the envelope's moment: it takes longer for some codenames than for others.
      if (stage === "seal" && reading && show) shown = { read: show(reading) };
      report({ stage, ...more, ...counted, ...left, perhapsStored, ...(stage === "post" && !more && shown) });
    }, network);
    try {
      const flow = visit(anchor, stretched, part, Math.floor(Date.now() / 1000), randomBytes);
      const visited = await drive(flow, (request) => {
        if (request.ask === "envelope") reading = request.reading;
        if (request.ask !== "confirm") return transport.answer(request);
        this.warnings = request.warnings;
        return despiteClock;
      });
      const { fault, refused } = visited;
      // A receipt that is none is an answer that is none: made again like one that did not come.
      const noReceipt = fault?.perhaps && fault.reason instanceof ProtocolError;
      const again = Boolean(noReceipt) || fault?.reason instanceof TransportFailed;
      return { visited, reason: fault?.reason, perhaps: Boolean(fault?.perhaps && !refused), again };
    } catch (reason) {
      return { visited: undefined, reason, perhaps: false, again: reason instanceof TransportFailed };
    }
  }
}

/**
 * A visit that only reads; `reason` is why its envelope has no receipt. Throws Interrupted when nothing was read.
 * @param {Visitor} visitor
 * @returns {Promise<{visited: Visited, reason: unknown}>}
 */
export async function read(visitor) {
  const hand = new Hand(visitor);
  const { visited, reason } = await drive(visitPatiently(), hand.answer);
  if (visited) return { visited, reason };
  throw new Interrupted(reason, { perhapsStored: false, untaken: false, partsStored: 0, warnings: hand.warnings });
}

/**
 * Every part of a message, its files before. `slug` empty: the one unit that has answered. Answers the last visit and the first
 * one's warnings; a message that is refused before anything was stored is no failure. Throws Interrupted.
 * @param {Visitor} visitor
 * @param {Message} message
 * @param {{slug: string, force?: string, shown?: Shown}} where
 * @returns {Promise<{visited: Visited, warnings: Warned[]}>}
 */
export async function send(visitor, { messageId, pieces, attached, contact }, where) {
  const hand = new Hand(visitor);
  const all = { ...where, ...(attached && { attached }), ...(contact && { contact }) };
  const sent = await drive(sendMessage(messageId, pieces, all), hand.answer);
  const { stored, visited, reason, later: untaken, partsStored } = sent;
  const settled = stored === "yes" || (stored === "no" && visited?.refused);
  if (visited && settled) return { visited, warnings: hand.first ?? [] };
  throw new Interrupted(reason, { perhapsStored: stored === "perhaps", untaken, partsStored, warnings: hand.warnings });
}
