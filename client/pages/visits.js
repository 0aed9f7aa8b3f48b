// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Visits: what is asked of the worker, and which page follows. Each press of a button here is one burst of requests
 * for each envelope, always in the same order, made again at most twice when the connection breaks.
 */

import { all, chosen, fresh, one, section } from "./dom.js";
import { fillFailure, fillMessages, fillRefused, fillRerouted, fillStored } from "./outcome.js";
import { ProgressPage } from "./progress.js";
import { receiver } from "./report.js";
import { Failed } from "./worker_line.js";

/** @import { VisitTold } from "../worker_messages.js" */
/** @import { Left } from "./outcome.js" */
/** @import { WorkerLine } from "./worker_line.js" */
/** @import { Walk } from "./walk.js" */
/** @typedef {"report" | "reply" | "check"} Kind */
/** @typedef {{slug?: string, text?: string, shown?: {name: string, independent: boolean, kind?: string}}} Known */
/** @typedef {Record<string, unknown> & Known} Asked */

/** Where each kind of visit was asked for. */
const ORIGIN = { report: "check", reply: "write", check: "return" };

/** What a message has left on the server before its first visit. */
const NOTHING = { perhaps: false, parts: 0 };

/** Makes visits, and remembers the last one so that it can be made again. */
export class Visits {
  /** @type {{kind: Kind, asked: Asked} | null} */
  #last = null;
  /** @type {VisitTold | null} */
  #found = null;
  /** @type {{slug: string, name: string, kind: string} | null} */
  #routed = null;
  /** The unit that a message goes to without a question, or empty. */
  #only = "";
  /** What earlier presses for a message left behind: a later one that comes less far must not deny it. */
  #left = { report: { ...NOTHING }, reply: { ...NOTHING } };
  #line;
  #walk;
  #progress = new ProgressPage();
  #done;

  /**
   * @param {WorkerLine} line
   * @param {Walk} walk
   * @param {(kind: Kind) => void} done told when what was written for a visit is needed no more
   */
  constructor(line, walk, done) {
    this.#line = line;
    this.#walk = walk;
    this.#done = done;
  }

  /**
   * @param {Kind} kind
   * @param {Asked} asked
   */
  async make(kind, asked) {
    const mine = { kind, asked };
    this.#last = mine;
    this.#progress.begin(kind);
    this.#walk.turn("working");
    try {
      const visited = await this.#line.ask(kind, asked, (told) => this.#progress.show(told));
      // Whoever left in the meantime is shown nothing.
      if (this.#last === mine) this.#arrive(kind, visited);
    } catch (error) {
      const failed = error instanceof Failed ? error : new Failed({ code: "unexpected" });
      if (this.#last !== mine) return;
      const left = kind === "check" ? null : this.#remember(this.#left[kind], failed);
      this.#walk.turn(fillFailure(failed, left, asked.text));
    }
  }

  /**
   * What the failure knows, and how far it came: a worker that was ended cannot say.
   * @param {Left} left
   * @param {Failed} failed
   */
  #remember(left, { perhapsStored, partsStored }) {
    left.perhaps ||= perhapsStored ?? this.#progress.posted;
    left.parts = Math.max(left.parts, partsStored, this.#progress.part - 1);
    return left;
  }

  /**
   * @param {Kind} kind
   * @param {VisitTold} visited
   */
  #arrive(kind, visited) {
    if (kind === "check") {
      this.#found = visited;
      fillMessages(visited);
      this.#finish(kind, "messages");
    } else if (visited.stored) {
      this.#stored(kind, visited);
    } else if (visited.refused?.code === "routing-changed") {
      this.#rerouted(visited);
    } else {
      const desk = this.#desk();
      fillRefused(visited, kind === "report" && desk ? desk.name : "", this.#left[kind]);
      this.#walk.turn("refused");
    }
  }

  /**
   * @param {"report" | "reply"} kind
   * @param {VisitTold} visited
   */
  #stored(kind, visited) {
    const page = kind === "reply" ? "replied" : "sent";
    if (kind === "reply") {
      this.#found = visited;
      fillMessages(visited);
    }
    fillStored(page, visited);
    this.#finish(kind, page);
  }

  /**
   * @param {Kind} kind
   * @param {string} page
   */
  #finish(kind, page) {
    this.#last = null;
    if (kind !== "check") this.#left[kind] = { ...NOTHING };
    this.#done(kind);
    this.#walk.end(page);
  }

  /** @param {VisitTold} visited */
  #rerouted(visited) {
    const { slug, name, kind } = visited;
    this.#routed = slug ? { slug, name, kind } : null;
    fillRerouted(visited, this.#last?.asked.shown?.name ?? "", this.#left.report);
    this.#walk.turn("rerouted");
  }

  /** The unit that gets what must pass the force's own by, when the last visit went elsewhere. */
  #desk() {
    const desk = receiver(true);
    return desk && desk.slug !== this.#last?.asked.slug ? desk : null;
  }

  /** The same visit again. @param {Asked} changes */
  async again(changes = {}) {
    if (this.#last) await this.make(this.#last.kind, { ...this.#last.asked, ...changes });
  }

  /** The same report to the intake desk. */
  async toDesk() {
    const desk = this.#desk();
    if (desk) await this.again({ slug: desk.slug, shown: { name: desk.name, independent: true, kind: desk.kind } });
  }

  /** The same report to the unit that the signed list names. */
  async reroute() {
    const shown = this.#last?.asked.shown;
    if (!this.#routed || !shown) return;
    const { slug, name, kind } = this.#routed;
    await this.again({ slug, shown: { ...shown, name, kind } });
  }

  /** Back to what was written. */
  rethink() {
    if (this.#last) this.#walk.returnTo(ORIGIN[this.#last.kind]);
  }

  /** The page of answers once more, without a visit. */
  messages() {
    if (this.#found) this.#walk.end("messages");
  }

  /** The page to write on: unless it is plain which unit has answered, it asks which one received the report. */
  write() {
    const found = this.#found;
    if (!found) return;
    const answered = found.conversations.filter(({ slug }) => found.units.some((unit) => unit.slug === slug));
    const only = found.conversations.length === 1 ? answered[0] : undefined;
    this.#only = only?.slug ?? "";
    const page = section("write");
    one(page, "[data-to]").hidden = !only;
    one(page, "[data-to-name]").textContent = only?.name ?? "";
    one(page, "[data-which]").hidden = Boolean(only);
    const choices = only ? [] : answered.length ? answered : found.units;
    one(page, "[data-which] .govuk-radios").replaceChildren(...choices.flatMap(choice));
    this.#walk.go("write");
  }

  /** Whom a message goes to; empty until it is chosen. */
  addressee() {
    return chosen("which")?.value ?? this.#only;
  }

  /** @param {boolean} [writing] whether a report is still being written */
  forget(writing = false) {
    this.#left.reply = { ...NOTHING };
    if (!writing) this.#left.report = { ...NOTHING };
    this.#last = this.#found = this.#routed = null;
    this.#only = "";
  }
}

/**
 * @param {{slug: string, name: string}} unit
 * @param {number} at
 */
function choice(unit, at) {
  const item = fresh("radio");
  const id = at ? `which-${at}` : "which";
  for (const input of item.flatMap((part) => all(part, "input"))) {
    input.id = id;
    input.setAttribute("name", "which");
    input.setAttribute("value", unit.slug);
  }
  for (const label of item.flatMap((part) => all(part, "label"))) {
    label.setAttribute("for", id);
    label.textContent = unit.name;
  }
  return item;
}
