// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The report form inside a message: UTF-8 JSON in one canonical form (docs/protocol.md, step 5.6). */

import { BODY_PART, CATEGORIES, MAX_ANSWERS, MAX_ANSWER_ID, MAX_BODY, MAX_PARTS } from "./constants.js";
import { checkSlug } from "./units.js";
import { encodeText, isWellFormed } from "./encoding.js";
import { BadBody, BadText, TooLong } from "./errors.js";

/**
 * What a source writes. A first report has categories; an answer to a question has only text.
 *
 * `force` is a slug of the list of forces, or empty: not known, or not said again. `answers` maps the ids of questions
 * to what was answered.
 * @typedef {{text: string, categories: string[], force: string, answers: Record<string, string>}} Report
 */

const ANSWER_ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** @param {Report} report */
function check({ categories, force, answers }) {
  const known = CATEGORIES.filter((name) => categories.includes(name));
  if (known.length !== categories.length || known.some((name, at) => name !== categories[at])) {
    throw new BadBody("categories");
  }
  const names = Object.keys(answers);
  if (names.length > MAX_ANSWERS) throw new BadBody("answers");
  if (names.some((name) => name.length > MAX_ANSWER_ID || !ANSWER_ID.test(name))) throw new BadBody("answer id");
  try {
    if (force) checkSlug(force);
  } catch (error) {
    if (!(error instanceof BadText)) throw error;
    throw new BadBody("force");
  }
}

/**
 * The canonical JSON: keys in fixed order, no spaces, answers sorted by id. Throws BadBody, BadText, TooLong.
 * The answers are written one by one: an object would put ids that look like numbers first.
 * @param {Report} report
 */
export function encodeBody(report) {
  check(report);
  const answers = Object.entries(report.answers)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, said]) => `${JSON.stringify(name)}:${JSON.stringify(said)}`);
  const texts = [report.text, ...Object.values(report.answers)];
  if (!texts.every(isWellFormed)) throw new BadText("report");
  const start = JSON.stringify({ v: 1, categories: report.categories, force: report.force }).slice(0, -1);
  const data = encodeText(`${start},"answers":{${answers.join()}},"text":${JSON.stringify(report.text)}}`, "report");
  if (data.length > MAX_BODY) {
    const parts = Math.ceil(data.length / BODY_PART);
    throw new TooLong(`${parts} parts, at most ${MAX_PARTS}`, { parts, allowed: MAX_PARTS });
  }
  return data;
}
