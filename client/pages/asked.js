// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file A unit's questions, a page each: made when they are begun, and gone with what was typed. What the unit wrote
 * stands as it is and does nothing.
 */

import { allOf, isFlagged } from "./answer.js";
import { all, byId, fill, fillWith, fresh, one, section } from "./dom.js";
import { say } from "./words.js";

/** @import { Answer } from "../protocol/body.js" */
/** @import { Question } from "../protocol/questions.js" */
/** @import { Walk } from "./walk.js" */

/** What a question of yes or no is answered by. */
const YES_NO = ["yes", "no", "unsure"];

/** @param {number} at from 1 */
const nameOf = (at) => `asked-${at}`;

/** Those of one text, while they are answered. */
export class Asked {
  #walk;
  /** Whether the person came from the page that shows all answers, to change one. */
  #changing = false;
  /** @type {Question[]} */
  #questions = [];
  #number = 0;
  /** The unit that asks; empty for none. */
  slug = "";

  /** @param {Walk} walk */
  constructor(walk) {
    this.#walk = walk;
    document.addEventListener("change", ({ target }) => target instanceof HTMLInputElement && settle(target));
    document.addEventListener("input", ({ target }) => target instanceof HTMLTextAreaElement && withhold(target, false));
  }

  /**
   * To the first page, of the questions that are being answered already or of these.
   * @param {string} slug
   * @param {number} number of the text
   * @param {Question[]} questions
   */
  begin(slug, number, questions) {
    if (this.slug !== slug || this.#number !== number) {
      this.clear();
      Object.assign(this, { slug });
      this.#number = number;
      this.#questions = questions;
      const pages = questions.flatMap((question, at) => pageOf(question, at + 1, questions.length));
      fillWith(byId("asked-pages", HTMLElement), pages);
    }
    this.#changing = false;
    this.#walk.go(nameOf(1));
  }

  /** Nothing of it is left in the document. */
  clear() {
    fillWith(byId("asked-pages", HTMLElement), []);
    this.#questions = [];
    this.#number = 0;
    this.slug = "";
  }

  /** On from the present page; `write` leads to the one that shows all answers. @param {() => void} write */
  next(write) {
    const at = Number(section(this.#walk.current).dataset["askedPage"]);
    if (this.#changing || at >= this.#questions.length) write();
    else this.#walk.go(nameOf(at + 1));
  }

  /** The same without an answer. @param {() => void} write */
  skip(write) {
    empty(section(this.#walk.current));
    this.next(write);
  }

  /** @param {number} at */
  change(at) {
    this.#changing = true;
    this.#walk.go(nameOf(at));
  }

  /** Each that was not skipped, as a further message brings it. */
  answers() {
    /** @type {Record<string, Answer>} */
    const found = {};
    for (const [at, { id }] of this.#questions.entries()) {
      const said = answerOf(section(nameOf(at + 1)));
      if (said !== undefined) found[`q-${this.#number}-${id}`] = said;
    }
    return found;
  }

  /** What was asked and what is said to it, in words. */
  words() {
    return this.#questions.map(({ ask }, at) => ({ ask, said: wordsOf(section(nameOf(at + 1))) }));
  }

  /** Write all of them on the page that shows them, where it is to the unit that asks. @param {string} to its slug */
  fill(to) {
    const place = one(section("write"), "[data-answers]");
    place.hidden = !this.#questions.length || to !== this.slug;
    const rows = this.words().flatMap(({ ask, said }, at) => rowOf(ask, said, at + 1));
    fillWith(one(place, "dl"), rows);
  }
}

/**
 * @param {Question} question
 * @param {number} at
 * @param {number} of how many
 */
function pageOf(question, at, of) {
  const made = fresh("asked");
  for (const page of made) {
    page.id = `page-${nameOf(at)}`;
    page.dataset["page"] = nameOf(at);
    page.dataset["askedPage"] = String(at);
    fill(one(page, "[data-count]"), say("asked-count", { n: at, of }));
    const ask = one(page, "pre");
    fill(ask, question.ask);
    ask.id = `${nameOf(at)}-ask`;
    if (isFlagged(allOf(question))) fill(one(page, ".own-flag"), say("flagged"));
    label(one(page, "[data-withheld-here]"), `${nameOf(at)}-withheld`, say("withheld"));
    const field = one(page, "[data-answer-here]");
    field.setAttribute("aria-labelledby", ask.id);
    fillWith(field, question.kind === "text" ? wordsField(at) : optionsField(question, at));
  }
  return made;
}

/** @param {number} at */
function wordsField(at) {
  const made = fresh("asked-words");
  for (const group of made) {
    const box = one(group, "textarea");
    box.id = nameOf(at);
    box.setAttribute("aria-labelledby", `${nameOf(at)}-ask`);
  }
  return made;
}

/**
 * @param {Question} question
 * @param {number} at
 */
function optionsField({ kind, options }, at) {
  const alone = kind === "yes-no";
  const each = alone ? YES_NO.map((id) => ({ id, label: say(`asked-${id}`) })) : options;
  const hint = document.createElement("p");
  hint.className = "govuk-hint";
  fill(hint, alone ? say("asked-one") : say("asked-several"));
  const items = each.flatMap((option, place) => {
    const made = fresh("checkbox");
    for (const item of made) {
      label(item, `${nameOf(at)}-${place + 1}`, option.label);
      const input = one(item, "input");
      input.setAttribute("value", option.id);
      if (alone) input.dataset["alone"] = "";
      else Object.assign(one(item, "label"), { translate: false, dir: "auto" }).classList.add("own-written");
    }
    return made;
  });
  return [hint, ...items];
}

/**
 * @param {HTMLElement} item
 * @param {string} id
 * @param {string} words
 */
function label(item, id, words) {
  one(item, "input").id = id;
  one(item, "label").setAttribute("for", id);
  fill(one(item, "label"), words);
}

/**
 * @param {HTMLElement} page
 * @returns {Answer | undefined}
 */
function answerOf(page) {
  if (page.querySelector("[data-withheld-here] input:checked")) return null;
  const box = page.querySelector("textarea");
  if (box) return wellFormed(box.value).trim() || undefined;
  const chosen = all(page, "[data-answer-here] input:checked").map((input) => input.getAttribute("value") ?? "");
  return chosen.length ? chosen.sort() : undefined;
}

/** @param {string} text */
function wellFormed(text) {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}

/** @param {HTMLElement} page */
function wordsOf(page) {
  const answer = answerOf(page);
  if (answer === undefined) return say("asked-skipped");
  if (answer === null) return say("withheld");
  if (typeof answer === "string") return answer;
  const chosen = all(page, "[data-answer-here] input:checked");
  return chosen.map(({ id }) => one(page, `label[for="${id}"]`).textContent ?? "").join("\n");
}

/**
 * @param {string} ask
 * @param {string} said
 * @param {number} at
 */
function rowOf(ask, said, at) {
  const made = fresh("asked-row");
  for (const row of made) {
    fill(one(row, "dt"), ask);
    fill(one(row, "dd"), said);
    one(row, "button").dataset["changeAsked"] = String(at);
    fill(one(row, ".govuk-visually-hidden"), ` ${say("asked-change", { n: at })}`);
  }
  return made;
}

/** @param {HTMLElement} page */
function empty(page) {
  for (const input of all(page, "input")) if (input instanceof HTMLInputElement) input.checked = false;
  for (const box of all(page, "textarea")) if (box instanceof HTMLTextAreaElement) box.value = "";
}

/**
 * That answering would identify the person.
 * @param {Element} field
 * @param {boolean} so
 */
function withhold(field, so) {
  const input = field.closest("[data-asked-page]")?.querySelector("[data-withheld-here] input");
  if (input instanceof HTMLInputElement) input.checked = so;
}

/**
 * What was just chosen may go with nothing else, or with no such thing.
 * @param {HTMLInputElement} input
 */
function settle(input) {
  const page = input.closest("[data-asked-page]");
  if (!(page instanceof HTMLElement) || !input.checked) return;
  const withheld = input.closest("[data-withheld-here]") !== null;
  for (const other of all(page, "input:checked")) {
    const apart = withheld || other.closest("[data-withheld-here]") || "alone" in input.dataset;
    if (other instanceof HTMLInputElement && other !== input && apart) other.checked = false;
  }
  if (withheld) for (const box of all(page, "textarea")) if (box instanceof HTMLTextAreaElement) box.value = "";
}
