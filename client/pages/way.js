// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The way of a report: which page follows which, what may not be left open, what is passed by, and the way back to
 * the page that shows all answers.
 */

import { all, fill, one, section, written } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { MAX_PARTS, PAGES, SHORT, categories, chosenOf, dependsOn, isAsked, report, size } from "./report.js";
import { say } from "./words.js";

/** @import { Files } from "./files.js" */
/** @import { State } from "./states.js" */
/** @import { Walk } from "./walk.js" */
/** @import { Fault } from "./faults.js" */

/** The page of files, which nobody comes to but by choosing it: beside the question what could show it, and at the end. */
const FILES = "files";
const BEFORE_FILES = PAGES.indexOf("evidence") + 1;
/** Page by page; what must be known before the questions comes after the one that says whether the service suits. */
export const ORDER = [
  ...[...PAGES.slice(0, 1), "before", ...PAGES.slice(1, BEFORE_FILES), FILES, ...PAGES.slice(BEFORE_FILES)],
  ...["check", "codename", "retype"],
];
/** Whoever passes by the first of these passes by them all. */
const ABOUT_THEM = ["role", "serving", "identity"];

/** Where a person stands in it. */
export class Way {
  #walk;
  #state;
  #files;
  /** Whether the page for who is in danger was shown for this report. */
  #warned = false;

  /**
   * @param {Walk} walk
   * @param {State} state
   * @param {Files} files
   */
  constructor(walk, state, files) {
    this.#files = files;
    this.#walk = walk;
    this.#state = state;
    document.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement) settle(event.target);
    });
    document.addEventListener("input", (event) => {
      if (event.target instanceof HTMLTextAreaElement) withhold(event.target.id, false);
    });
  }

  /** Every page of a report, so that each can be emptied. */
  get pages() {
    return ORDER;
  }

  /** The report is gone: whoever begins another one is warned anew. */
  begin() {
    this.#warned = false;
    for (const place of all(document, "[data-take-back]")) place.hidden = true;
  }

  /** On from the present page, unless something on it must be mended. */
  next() {
    const page = this.#walk.current;
    const found = this.#faults(page);
    if (found.length) {
      showFaults(page, found);
      return;
    }
    clearFaults(page);
    if (page === "suits" && this.#leadsAway()) return;
    this.#on(this.#after(page));
  }

  /** On from the present page without an answer. */
  skip() {
    const page = this.#walk.current;
    const passed = page === ABOUT_THEM[0] ? ABOUT_THEM : [page];
    for (const name of passed) {
      empty(name);
      clearFaults(name);
    }
    this.#on(this.#after(passed.at(-1) ?? page));
  }

  /** Past the short questions, which keep what was answered. */
  skipRest() {
    this.#state.changing = false;
    this.#toCheck();
  }

  /** To the short questions that are open, from the page that shows all answers. */
  short() {
    const open = SHORT.find((page) => !isAnswered(page));
    if (open) this.#walk.go(open);
  }

  /** From the page for who is in danger. */
  safe() {
    if (categories().length) this.#on(this.#state.changing ? "check" : "before");
    else this.#walk.returnTo("suits");
  }

  /** To the page of files. */
  files() {
    this.#walk.go(FILES);
  }

  /** @param {string} page */
  change(page) {
    this.#state.changing = true;
    this.#walk.go(page);
  }

  takeBack() {
    empty(this.#walk.current);
  }

  /** @param {string} page */
  #after(page) {
    return ORDER.slice(ORDER.indexOf(page) + 1).find((name) => name !== FILES && isAsked(name)) ?? "check";
  }

  /** @param {string} follows */
  #on(follows) {
    // What is asked only because of an answer is asked after a change of it too.
    const done = this.#state.changing && !dependsOn(follows).length;
    if (done || follows === "check") this.#toCheck();
    else this.#walk.go(follows);
  }

  #toCheck() {
    this.#state.changing = false;
    if (this.#walk.passed("check")) this.#walk.returnTo("check");
    else this.#walk.go("check");
  }

  /** Whoever is in danger, or has nothing for this service, is told where to turn. */
  #leadsAway() {
    const chosen = chosenOf("suits");
    if (chosen.includes("danger") && !this.#warned) {
      this.#warned = true;
      this.#walk.go("danger");
      return true;
    }
    if (!categories().length) {
      this.#walk.go("elsewhere");
      return true;
    }
    return false;
  }

  /**
   * Of a page; most may be left empty.
   * @param {string} page
   * @returns {Fault[]}
   */
  #faults(page) {
    if (page === "suits") {
      const chosen = chosenOf("suits");
      if (!chosen.length) return [{ field: "suits" }];
      const unsaid = chosen.length === 1 && chosen[0] === "danger" && this.#warned;
      return unsaid ? [{ field: "suits", text: say("suits-category") }] : [];
    }
    if (page === "force" && !chosenOf("force").length && !chosenOf("force-unknown").length) return [{ field: "force" }];
    if (page === FILES) return this.#files.open();
    if (page === "account" && size(report()).parts > MAX_PARTS) return [{ field: "account-text" }];
    return [];
  }
}

/** @param {string} page */
function isAnswered(page) {
  const within = section(page);
  return within.querySelector("input:checked") !== null || all(within, "textarea").some(({ id }) => written(id).trim());
}

/** Nothing is chosen or typed on a page. @param {string} page */
function empty(page) {
  const within = section(page);
  for (const input of all(within, "input")) if (input instanceof HTMLInputElement) input.checked = false;
  for (const box of all(within, "textarea")) if (box instanceof HTMLTextAreaElement) box.value = "";
  for (const list of all(within, "select")) if (list instanceof HTMLSelectElement) list.value = "";
  for (const place of all(within, "[data-take-back]")) place.hidden = true;
}

/**
 * That answering a question would identify the person.
 * @param {string} question
 * @param {boolean} so
 */
function withhold(question, so) {
  const input = document.querySelector(`[data-withheld="${question}"] input`);
  if (input instanceof HTMLInputElement) input.checked = so;
}

/**
 * What was just chosen may go with nothing else, or with no such thing.
 * @param {HTMLInputElement} input
 */
function settle(input) {
  const page = input.closest("section");
  if (!page || !input.checked) return;
  const withheld = input.closest("[data-withheld]");
  const group = withheld ? one(page, "[data-asks]") : input.closest("[data-asks]");
  if (!group) return;
  for (const other of all(group, "input:checked")) {
    const alone = withheld || "alone" in input.dataset || "alone" in other.dataset;
    if (other instanceof HTMLInputElement && other !== input && alone) other.checked = false;
  }
  if (!withheld) withhold(input.name, false);
  for (const place of all(page, "[data-take-back]")) place.hidden = Boolean(withheld);
}

/**
 * How many of the short questions are open, on the page that shows all answers; it has no rows for what was passed by
 * together.
 */
export function fillUnanswered() {
  const page = section("check");
  const open = SHORT.filter((name) => !isAnswered(name));
  const passed = isAnswered(ABOUT_THEM[0] ?? "") ? [] : ABOUT_THEM.slice(1).filter((name) => !isAnswered(name));
  for (const name of [...open, ...passed]) one(page, `[data-row="${name}"]`).hidden = true;
  one(page, "[data-unanswered]").hidden = !open.length;
  const words = say(open.length === 1 ? "unanswered-one" : "unanswered-some", { n: open.length });
  fill(one(page, "[data-unanswered-count]"), words, "report");
}
