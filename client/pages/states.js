// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What the page holds besides its fields, and one table of what happens to it: which page an event leads to, and
 * what it lets go. Nothing else in the page empties anything.
 */

/** @import { VisitAsk, VisitTold } from "../worker_messages.js" */
/** @import { Left } from "./outcome.js" */
/** @import { Receiver } from "./report.js" */
/** @import { Walk } from "./walk.js" */

/**
 * What can be let go. `report`: what was typed for a report, its codename and the page that shows it all; `typed`: what was
 * typed to come back or to write on; `details`: of that the contact details; `returned`: the codename somebody came back with; `last`: the last visit, which can be
 * made again; `answers`: what the units have answered, and to whom a message goes; `outcome`: what visits wrote into the
 * document; `left-report`, `left-reply`: what earlier presses for such a message left on the server; `keys`: those in the
 * worker; `worker`: the worker itself.
 * @typedef {"report" | "typed" | "details" | "returned" | "last" | "answers" | "outcome" | "left-report" | "left-reply" | "keys" | "worker"} Thing
 */

/**
 * How an event moves the page: `turn` puts a page in place of the present one, `end` leaves no way back but out.
 * @typedef {{way?: "turn" | "end", page?: string, letGo: Thing[]}} Happens
 */

/** @type {Thing[]} */
const OF_A_VISIT = ["returned", "typed", "outcome", "last", "answers", "left-reply"];

/** Each event, by name. @satisfies {Record<string, Happens>} */
export const TABLE = {
  asked: { way: "turn", page: "working", letGo: [] },
  "report-stored": { way: "end", page: "sent", letGo: ["last", "left-report", "report"] },
  // Of several units one has the report; the visit to the next follows at once.
  "one-stored": { letGo: ["last", "left-report"] },
  "reply-stored": { way: "end", page: "replied", letGo: ["last", "left-reply", "typed"] },
  // A message that was begun stays, and what earlier presses for it may have left.
  withdrawn: { way: "end", page: "replied", letGo: ["last", "details"] },
  // What was read is shown while the receipt of that visit is waited for; the visit itself is over later.
  "answers-read": { way: "end", page: "messages", letGo: ["typed"] },
  "answers-over": { letGo: ["last"] },
  "answers-again": { way: "end", page: "messages", letGo: [] },
  refused: { way: "turn", page: "refused", letGo: [] },
  rerouted: { way: "turn", page: "rerouted", letGo: [] },
  // A visit that ended otherwise, and a browser that cannot do it at all.
  untaken: { way: "turn", page: "untaken", letGo: [] },
  clock: { way: "turn", page: "clock", letGo: [] },
  incapable: { way: "turn", page: "incapable", letGo: [] },
  stopped: { way: "turn", page: "stopped", letGo: [] },
  unavailable: { way: "turn", page: "unavailable", letGo: [] },
  problem: { way: "turn", page: "problem", letGo: [] },
  // Back, with nothing to go back to: a report that is not stored yet stays.
  left: { letGo: [...OF_A_VISIT, "keys"] },
  "left-stored": { letGo: ["report", "left-report", ...OF_A_VISIT, "keys"] },
  // The page goes: nothing of it outlives it.
  gone: { letGo: ["report", "left-report", ...OF_A_VISIT, "worker"] },
};
/** @typedef {keyof typeof TABLE} Event */

/** @returns {Left} what a message has left on the server before its first visit */
const nothing = () => ({ perhaps: false, parts: 0 });

/** What the page holds. */
export class State {
  /** The one made for a report, and the one that a person came back with: neither ever stands in for the other. */
  codename = "";
  returned = "";
  /** Whether the person came from the page that shows all answers, to change one. */
  changing = false;
  /** @type {VisitAsk | null} */
  last = null;
  /** @type {VisitTold | null} */
  found = null;
  /** The unit that the signed list names in place of the one that was shown. @type {Receiver | null} */
  routed = null;
  /** The unit that a message goes to without a question, or empty. */
  only = "";
  /**
   * The units that have the report already, each with the force that it is about there, and whether details that were typed
   * did not go to it. @type {{name: string, force: string, without: boolean}[]}
   */
  delivered = [];
  /** What earlier presses for a message left behind: a later one that comes less far must not deny it. */
  left = { report: nothing(), reply: nothing() };
  /** @type {Record<Thing, () => void>} */
  #lets;

  /**
   * @param {{report: () => void, typed: () => void, details: () => void, outcome: () => void, keys: () => void, worker: () => void}} empty what
   *   the document and the worker hold of each
   */
  constructor(empty) {
    this.#lets = {
      ...empty,
      report: () => {
        this.codename = "";
        this.changing = false;
        this.delivered = [];
        empty.report();
      },
      returned: () => {
        this.returned = "";
      },
      last: () => {
        this.last = null;
      },
      answers: () => {
        this.found = this.routed = null;
        this.only = "";
      },
      "left-report": () => {
        this.left.report = nothing();
      },
      "left-reply": () => {
        this.left.reply = nothing();
      },
    };
  }

  /**
   * @param {Event} event
   * @param {Walk} walk
   */
  happen(event, walk) {
    /** @type {Happens} */
    const { way, page, letGo } = TABLE[event];
    for (const thing of letGo) this.#lets[thing]();
    if (way && page) walk[way](page);
  }
}
