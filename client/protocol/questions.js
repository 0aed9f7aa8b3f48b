// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a unit asks its source: a list of questions, JSON in one form (docs/protocol.md, step 6.4.2). */

import { utf8 } from "./bytes.js";
import { asFields, asList, asText, checkForm, readJson } from "./canonical.js";
import * as c from "./constants.js";
import { BadBody } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * `kind` is one of QUESTION_KINDS; `options` those of a choice, of which several may be chosen.
 * @typedef {{id: string, ask: string, kind: string, options: {id: string, label: string}[]}} Question
 */

const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const CHOICE = c.QUESTION_KINDS.at(-1);

/** @param {string} id */
function isId(id) {
  return id.length <= c.MAX_QUESTION_ID && ID.test(id);
}

/**
 * @param {string} text
 * @param {number} most bytes
 */
function fits(text, most) {
  return text !== "" && utf8(text).length <= most;
}

/** @param {{id: string}[]} named */
function isEach(named) {
  return new Set(named.map(({ id }) => id)).size === named.length;
}

/**
 * Throws BadBody.
 * @param {Question} question
 */
function check({ id, ask, kind, options }) {
  if (!isId(id) || !c.QUESTION_KINDS.includes(kind) || !fits(ask, c.MAX_ASK)) throw new BadBody("question");
  const [least, most] = kind === CHOICE ? [c.LEAST_OPTIONS, c.MAX_OPTIONS] : [0, 0];
  if (options.length < least || options.length > most || !isEach(options)) throw new BadBody("options");
  if (!options.every((one) => isId(one.id) && fits(one.label, c.MAX_LABEL))) throw new BadBody("option");
}

/**
 * What may be asked together. Throws BadBody.
 * @param {Question[]} questions
 */
export function checkQuestions(questions) {
  const some = questions.length > 0 && questions.length <= c.MAX_QUESTIONS;
  if (!some || !isEach(questions)) throw new BadBody("questions");
  questions.forEach(check);
}

/** @param {unknown} value @returns {Question} */
function question(value) {
  const { id, ask, kind, options } = asFields(value, ["id", "ask", "kind", "options"]);
  return { id: asText(id), ask: asText(ask), kind: asText(kind), options: asList(options).map(option) };
}

/** @param {unknown} value */
function option(value) {
  const { id, label } = asFields(value, ["id", "label"]);
  return { id: asText(id), label: asText(label) };
}

/**
 * Whatever is not exactly the one form is refused. Throws BadBody.
 * @param {Bytes} data
 */
export function parseQuestions(data) {
  const found = asList(readJson(data, c.MAX_TEXT)).map(question);
  checkQuestions(found);
  checkForm(found, data);
  return found;
}
