// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Visits: what is asked of the worker, and what happens then. Each press of a button here is one burst of requests
 * for each envelope, always in the same order, made again at most twice when the connection breaks.
 */

import { all, chosen, fill, fillWith, one, section } from "./dom.js";
import { FORGOTTEN, choice, copy, showForgotten } from "./addressee.js";
import { UNACKNOWLEDGED, fillFailure, fillGoing, fillMessages, fillRefused, fillRerouted, fillStored } from "./outcome.js";
import { showFaults } from "./faults.js";
import { ProgressPage } from "./progress.js";
import { beside, contactText, isIndependent, receiver, report, targets } from "./report.js";
import { say } from "./words.js";
import { Failed } from "./worker_line.js";

/** @import { Progress, VisitAsk, VisitTold } from "../worker_messages.js" */
/** @import { Asked } from "./asked.js" */
/** @import { Files } from "./files.js" */
/** @import { Left } from "./outcome.js" */
/** @import { Receiver } from "./report.js" */
/** @import { Event, State } from "./states.js" */
/** @import { WorkerLine } from "./worker_line.js" */
/** @import { Walk } from "./walk.js" */

/** Where each kind of visit was asked for. */
const ORIGIN = { report: "check", reply: "write", check: "return" };

/** Makes visits, and makes the last one again. */
export class Visits {
  #line;
  #walk;
  #state;
  #progress = new ProgressPage();
  #asked;
  #files;
  /** What the present visit has read so far, where it only reads. @type {VisitTold | null} */
  #read = null;
  /** The referral that the message on the page to write on accepts; empty for none. */
  #accepting = { slug: "", reference: "" };

  /**
   * @param {WorkerLine} line
   * @param {Walk} walk
   * @param {State} state
   * @param {Asked} asked
   * @param {Files} files of the report
   */
  constructor(line, walk, state, asked, files) {
    this.#files = files;
    this.#asked = asked;
    this.#line = line;
    this.#walk = walk;
    this.#state = state;
  }

  /**
   * The report, to each unit that is to get it and has not got it yet, a visit each.
   * @param {string} codename
   */
  async report(codename) {
    const next = this.#nextReport(codename, false);
    if (next) await this.make(next);
    else this.#walk.returnTo("check");
  }

  /**
   * @param {string} codename
   * @param {boolean} despiteClock
   * @returns {VisitAsk | undefined}
   */
  #nextReport(codename, despiteClock) {
    const { delivered } = this.#state;
    const next = targets().find(({ force }) => !delivered.some((one) => one.force === force));
    if (!next) return undefined;
    const { slug, name, kind, force } = next;
    const shown = { name, independent: isIndependent(), kind };
    const more = beside(next, this.#files);
    return { ask: "report", codename, slug, shown, ...report(), ...more, force, despiteClock };
  }

  /** @param {VisitAsk} asked */
  async make(asked) {
    const state = this.#state;
    /** @type {VisitAsk | undefined} */
    let next;
    this.#begin(asked);
    try {
      const visited = await this.#line.ask(asked.ask, asked, (told) => this.#hear(asked, told));
      // Whoever left in the meantime is shown nothing.
      if (state.last === asked) next = this.#arrive(asked, visited);
    } catch (error) {
      const failed = error instanceof Failed ? error : new Failed({ code: "unexpected" });
      if (state.last !== asked) return;
      if (this.#read) {
        this.#answersOver({ ...this.#read, warnings: [...this.#read.warnings, UNACKNOWLEDGED] });
        return;
      }
      const left = asked.ask === "check" ? null : this.#remember(asked.ask, failed);
      this.#happen(fillFailure(failed, left && this.#said(asked, left), this.#kept(asked)));
    } finally {
      if (state.last === asked || !state.last) this.#progress.end();
    }
    if (next) await this.make(next);
  }

  /**
   * What was written, to be shown once more.
   * @param {VisitAsk} asked
   */
  #kept(asked) {
    if (asked.ask === "check") return "";
    const own = asked.ask === "reply" && !asked.withdraw && asked.slug === this.#asked.slug;
    const answered = own ? this.#asked.words() : [];
    return [...answered.map(({ ask, said }) => `${ask}\n${said}`), asked.text].filter(Boolean).join("\n\n");
  }

  /**
   * What a message left, and which units have the report besides.
   * @param {VisitAsk} asked
   * @param {Left} left
   * @returns {Left}
   */
  #said(asked, left) {
    if (asked.ask !== "report") return left;
    return { ...left, delivered: this.#delivered(), to: asked.shown.name };
  }

  /** The names of the units that have the report. */
  #delivered() {
    return this.#state.delivered.map(({ name }) => name).join("; ");
  }

  /** @param {VisitAsk} asked */
  #begin(asked) {
    this.#state.last = asked;
    this.#read = null;
    const left = asked.ask === "check" ? null : this.#state.left[asked.ask];
    this.#progress.begin(asked.ask, left !== null && (left.perhaps || left.parts > 0), hasFiles(asked));
    fill(one(section("working"), "[data-several]"), asked.ask === "report" ? this.#whichReport(asked) : "");
    this.#happen("asked");
  }

  /**
   * @param {VisitAsk} asked
   * @param {Progress} told
   */
  #hear(asked, told) {
    if (this.#state.last !== asked) return;
    this.#progress.show(told);
    if (told.read) this.#answersRead(told.read);
    if (this.#read) fillGoing(told.busy ? "busy" : "going-on");
  }

  /**
   * Answers are there before their visit is over, which goes on behind them: Back must not break it off.
   * @param {VisitTold} visited
   */
  #answersRead(visited) {
    this.#show(visited);
    this.#walk.hold("messages", true);
    if (!this.#read) this.#happen("answers-read");
    this.#read = visited;
  }

  /** @param {VisitTold} visited */
  #answersOver(visited) {
    this.#answersRead(visited);
    fillGoing("over");
    this.#walk.hold("messages", false);
    this.#happen("answers-over");
  }

  /**
   * Which of several reports a visit brings; empty for the only one.
   * @param {{shown: {name: string}}} asked
   */
  #whichReport({ shown }) {
    const n = targets().length;
    return n > 1 ? say("several-now", { part: this.#state.delivered.length + 1, parts: n, name: shown.name }) : "";
  }

  /** @param {Event} event */
  #happen(event) {
    this.#state.happen(event, this.#walk);
  }

  /**
   * What the failure knows, or what the worker told before it: one that was ended cannot say.
   * @param {"report" | "reply"} kind
   * @param {Failed} failed
   */
  #remember(kind, { perhapsStored, partsStored }) {
    const left = this.#state.left[kind];
    const told = this.#progress.left;
    left.perhaps ||= perhapsStored ?? told.perhapsStored;
    left.parts = Math.max(left.parts, partsStored, told.partsStored);
    return left;
  }

  /**
   * @param {VisitAsk} asked
   * @param {VisitTold} visited
   * @returns {VisitAsk | undefined} the visit that follows at once
   */
  #arrive(asked, visited) {
    const state = this.#state;
    if (asked.ask === "check") {
      this.#answersOver(visited);
    } else if (visited.stored && asked.ask === "reply") {
      this.#show(visited);
      fillStored("replied", visited);
      this.#happen(asked.withdraw ? "withdrawn" : "reply-stored");
    } else if (visited.stored) {
      return this.#reportStored(asked, visited);
    } else if (visited.refused?.code === "routing-changed") {
      const { slug, name, kind } = visited;
      const { takesFiles = false, contact = false } = visited.units.find((unit) => unit.slug === slug) ?? {};
      state.routed = slug ? { slug, name, kind, takesFiles, contact } : null;
      const without = hasFiles(asked) && !takesFiles;
      fillRerouted(visited, "shown" in asked ? asked.shown.name : "", this.#said(asked, state.left.report), without);
      this.#happen("rerouted");
    } else {
      const desk = asked.ask === "report" ? this.#desk() : null;
      const without = hasFiles(asked) && desk !== null && !desk.takesFiles;
      fillRefused(visited, desk?.name ?? "", this.#said(asked, state.left[asked.ask]), without);
      this.#happen("refused");
    }
    return undefined;
  }

  /**
   * One unit has the report; the visit to the next one, or the end.
   * @param {VisitAsk} asked
   * @param {VisitTold} visited
   */
  #reportStored(asked, visited) {
    const state = this.#state;
    const [force, gone] = asked.ask === "report" ? [asked.force, asked.contact] : ["", ""];
    state.delivered.push({ name: visited.name, force, without: !gone && contactText() !== "" });
    const next = this.#nextReport(asked.codename, asked.despiteClock);
    if (!next) fillStored("sent", { ...visited, name: this.#delivered() });
    const lacking = state.delivered.filter(({ without }) => without).map(({ name }) => name).join("; ");
    one(section("sent"), "[data-no-contact]").hidden = !lacking;
    fill(one(section("sent"), "[data-no-contact-names]"), lacking);
    this.#happen(next ? "one-stored" : "report-stored");
    return next;
  }

  /** @param {VisitTold} visited */
  #show(visited) {
    fillMessages(visited, this.#state.found);
    this.#state.found = visited;
  }

  /** The unit that gets what must pass the force's own by, when the last visit went elsewhere. */
  #desk() {
    const desk = receiver(true);
    const { last } = this.#state;
    return desk && last && "slug" in last && desk.slug !== last.slug ? desk : null;
  }

  /** The same visit again; with `despiteClock` whatever the date. @param {{despiteClock?: boolean}} changes */
  async again(changes = {}) {
    const { last } = this.#state;
    if (last) await this.make({ ...last, ...changes });
  }

  /** The same report to the intake desk. */
  async toDesk() {
    const desk = this.#desk();
    if (desk) await this.#reportTo(desk, true);
  }

  /** The same report to the unit that the signed list names. */
  async reroute() {
    const { last, routed } = this.#state;
    if (routed && last?.ask === "report") await this.#reportTo(routed, last.shown.independent);
  }

  /**
   * With what that unit takes, whatever the one before took; a file that waits for a decision is settled first.
   * @param {Receiver} unit
   * @param {boolean} independent
   */
  async #reportTo(unit, independent) {
    const { last } = this.#state;
    if (last?.ask !== "report") return;
    const { slug, name, kind } = unit;
    const faults = unit.takesFiles ? this.#files.faults() : [];
    if (faults.length) {
      this.#walk.returnTo("files");
      showFaults("files", faults);
      return;
    }
    await this.make({ ...last, slug, shown: { name, independent, kind }, ...beside(unit, this.#files) });
  }

  /** Back to what was written. */
  rethink() {
    const { last } = this.#state;
    if (last) this.#walk.returnTo(ORIGIN[last.ask]);
  }

  /** The page of answers once more, without a visit. */
  messages() {
    if (this.#state.found) this.#happen("answers-again");
  }

  /**
   * To the questions of a unit's text.
   * @param {string} slug
   * @param {number} number
   */
  answer(slug, number) {
    const found = this.#state.found?.conversations.find((one) => one.slug === slug);
    const told = found?.messages.find((one) => one.number === number);
    if (told) this.#asked.begin(slug, number, told.questions);
  }

  /**
   * To the page on which one writes to the unit of a referral, or to one that goes on for another: without a reference.
   * @param {string} slug
   * @param {string} reference
   */
  accept(slug, reference) {
    this.#accepting = { slug, reference };
    this.#write();
  }

  /** To the page on which one writes, and accepts no referral: to the unit that answered, or that goes on for it. */
  write() {
    const [only, another] = this.#state.found?.conversations ?? [];
    this.#accepting = { slug: (another ? null : only?.successor)?.slug ?? "", reference: "" };
    this.#write();
  }

  /**
   * That the message to this unit accepts its referral.
   * @param {string} slug
   * @returns {Record<string, string>}
   */
  accepted(slug) {
    const { slug: to, reference } = this.#accepting;
    return slug && slug === to && reference ? { accepts: reference } : {};
  }

  /** The page to write on: unless it is plain which unit has answered, it asks which one received the report. */
  #write() {
    const { found } = this.#state;
    if (!found) return;
    const accepting = found.units.find(({ slug }) => slug === this.#accepting.slug);
    const answered = found.conversations.filter(({ slug }) => found.units.some((unit) => unit.slug === slug));
    // Who answers questions writes to the unit that asked them.
    const asking = answered.find(({ slug }) => slug === this.#asked.slug);
    const only = accepting ?? asking ?? (found.conversations.length === 1 ? answered[0] : undefined);
    this.#state.only = only?.slug ?? "";
    const page = section("write");
    one(page, "[data-to]").hidden = !only;
    one(page, "[data-accepting]").hidden = !accepting || !this.#accepting.reference;
    one(page, "[data-succeeding]").hidden = !accepting || Boolean(this.#accepting.reference);
    fill(one(page, "[data-to-name]"), only?.name ?? "");
    one(page, "[data-which]").hidden = Boolean(only);
    // By the signed list; who forgot a unit that has answered sees its name above.
    const desk = answered.length ? undefined : found.units.find(({ kind }) => kind === "intake-desk");
    /** @type {{slug: string, name: string, id?: string}[]} */
    const choices = only ? [] : answered.length ? [...answered] : [...found.units];
    if (desk && !only) choices.push({ slug: desk.slug, name: say("unremembered"), id: FORGOTTEN });
    const wrote = all(section("messages"), "[data-conversations] .own-message");
    one(page, "[data-wrote]").hidden = !wrote.length;
    fillWith(one(page, "[data-wrote] .govuk-details__text"), wrote.map(copy));
    for (const button of all(page, '[data-wrote] button')) button.remove();
    fill(one(page, "[data-desk-name]"), desk?.name ?? "");
    fillWith(one(page, "[data-which] .govuk-radios"), choices.flatMap(choice));
    showForgotten();
    if (this.#walk.passed("write")) this.#walk.returnTo("write");
    else this.#walk.go("write");
  }

  /** Whom a message goes to; empty until it is chosen. */
  addressee() {
    return chosen("which")?.value ?? this.#state.only;
  }

  /** The same as the signed list has it; undefined until it is chosen. */
  unit() {
    const slug = this.addressee();
    return this.#state.found?.units.find((one) => one.slug === slug);
  }
}

/** @param {VisitAsk} asked */
function hasFiles(asked) {
  return asked.ask !== "check" && Boolean(asked.files?.length);
}
