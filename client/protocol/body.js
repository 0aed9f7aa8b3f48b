// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The report form inside a message: UTF-8 JSON in one canonical form (docs/protocol.md, step 5.6). */

import * as c from "./constants.js";
import { checkSlug } from "./units.js";
import { encodeText, isWellFormed } from "./encoding.js";
import { BadBody, BadText, TooLong } from "./errors.js";

/**
 * The person's own words, the ids of the options that were chosen, or null: there is an answer, and to give it would
 * identify whoever writes.
 * @typedef {string | string[] | null} Answer
 */

/**
 * A file that a message brings: its `size` in bytes, and the blobs that hold it in order, by their hashes, under `key`;
 * both in hex.
 * @typedef {{name: string, type: string, size: number, key: string, blobs: string[]}} GivenFile
 */

/**
 * What a source writes. A first report has categories; a further message has text, and answers to what it was asked.
 *
 * `force` is a slug of the list of forces, or empty: not known, or not said again. `answers` maps the ids of questions
 * to what was answered; a unit's own question has an id that begins with `q-`. `contact` is what was sealed, in base64,
 * or `withdrawn`; `notTo` names units by their slugs, in order.
 * @typedef {object} Report
 * @property {string} text
 * @property {string[]} categories
 * @property {string} force
 * @property {Record<string, Answer>} answers
 * @property {GivenFile[]} [files]
 * @property {string} [contact]
 * @property {string[]} [notTo]
 */

const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const ASKED = /^q-([1-9][0-9]{0,9})-[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MOST_ASKED = 0xffff_ffff;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;
const HEX = /^(?:[0-9a-f]{2})*$/;
const BASE64 = /^[A-Za-z0-9+/]*$/;
const HEX_DIGITS = 2;
const BASE64_LETTERS = (c.CONTACT / 3) * 4;

/** @param {string} id */
function isId(id) {
  return id.length <= c.MAX_ANSWER_ID && ID.test(id);
}

/**
 * Ids or slugs, which have one form: each once, in ascending order.
 * @param {string[]} ids
 * @param {number} most
 */
function inOrder(ids, most) {
  return ids.length <= most && ids.every((id, at) => isId(id) && (at === 0 || (ids[at - 1] ?? "") < id));
}

/**
 * @param {string} name
 * @param {Answer} answer
 */
function isAnswer(name, answer) {
  if (name.startsWith("q-") && !(Number(ASKED.exec(name)?.[1] ?? Infinity) <= MOST_ASKED)) return false;
  if (Array.isArray(answer)) return answer.length > 0 && inOrder(answer, c.MAX_CHOSEN);
  return answer !== "";
}

/**
 * @param {string} text
 * @param {number} size bytes
 */
function isHex(text, size) {
  return text.length === size * HEX_DIGITS && HEX.test(text);
}

/** @param {GivenFile} file */
function isFile({ name, type, size, key, blobs }) {
  const length = new TextEncoder().encode(name).length;
  const named = length > 0 && length <= c.MAX_FILE_NAME && type.length <= c.MAX_MEDIA_TYPE && MEDIA_TYPE.test(type);
  const cut = Number.isInteger(size) && size > 0 && blobs.length === Math.ceil(size / c.BLOB_PLAIN);
  return named && cut && isHex(key, c.KEY) && blobs.every((blob) => isHex(blob, c.HASH));
}

/** @param {string} contact */
function isContact(contact) {
  return contact === "" || contact === "withdrawn" || (contact.length === BASE64_LETTERS && BASE64.test(contact));
}

/** @param {Required<Report>} report */
function check({ categories, force, answers, files, contact, notTo }) {
  const known = c.CATEGORIES.filter((name) => categories.includes(name));
  if (known.length !== categories.length || known.some((name, at) => name !== categories[at])) {
    throw new BadBody("categories");
  }
  const names = Object.keys(answers);
  if (names.length > c.MAX_ANSWERS) throw new BadBody("answers");
  if (!names.every(isId)) throw new BadBody("answer id");
  try {
    if (force) checkSlug(force);
  } catch (error) {
    if (!(error instanceof BadText)) throw error;
    throw new BadBody("force");
  }
  if (!Object.entries(answers).every(([name, answer]) => isAnswer(name, answer))) throw new BadBody("answer");
  const blobs = files.flatMap((file) => file.blobs);
  const each = new Set(blobs).size === blobs.length;
  if (blobs.length > c.MAX_BLOBS || !each || !files.every(isFile)) throw new BadBody("files");
  if (!isContact(contact)) throw new BadBody("contact");
  if (!inOrder(notTo, c.MAX_NOT_TO)) throw new BadBody("not_to");
}

/** @param {Answer} answer */
function textsOf(answer) {
  return answer === null ? [] : [answer].flat();
}

/**
 * The canonical JSON: keys in fixed order, no spaces, answers sorted by id. Throws BadBody, BadText, TooLong.
 * @param {Report} report
 */
export function encodeBody({ files = [], contact = "", notTo = [], ...first }) {
  const report = { ...first, files, contact, notTo };
  check(report);
  const texts = [report.text, ...Object.values(report.answers).flatMap(textsOf), ...files.map(({ name }) => name)];
  if (!texts.every(isWellFormed)) throw new BadText("report");
  const data = encodeText(written(report), "report");
  if (data.length > c.MAX_BODY) {
    const parts = Math.ceil(data.length / c.BODY_PART);
    throw new TooLong(`${parts} parts, at most ${c.MAX_PARTS}`, { parts, allowed: c.MAX_PARTS });
  }
  return data;
}

/**
 * The answers are written one by one: an object would put ids that look like numbers first.
 * @param {Required<Report>} report
 */
function written({ categories, force, answers, text, files, contact, notTo }) {
  const answered = Object.entries(answers)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, said]) => `${JSON.stringify(name)}:${JSON.stringify(said)}`);
  const before = JSON.stringify({ v: 2, categories, force }).slice(0, -1);
  const given = files.map(({ name, type, size, key, blobs }) => ({ name, type, size, key, blobs }));
  const after = JSON.stringify({ text, files: given, contact, not_to: notTo }).slice(1);
  return `${before},"answers":{${answered.join()}},${after}`;
}
