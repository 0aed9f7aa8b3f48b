// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Units as the roots list them, and their places on the board (docs/protocol.md, section 3.4). */

import { utf8 } from "./bytes.js";
import { HASH, KEY, MAX_FORCES_PER_UNIT, MAX_KEYS_PER_UNIT, MAX_LANGUAGES, MAX_NAME, MAX_PROMISED, MAX_SLUG, MAX_WORDS, UNIT_ID, UnitKind, XWING_PUBLIC } from "./constants.js";
import { BadText, BadValue } from "./errors.js";
import { checkSizes } from "./index.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Reader } from "./encoding.js" */

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/u;
const LANGUAGE = /^[a-z]{2,3}$/;
const [PAUSED, TAKES_NO_FILES] = [1, 2];
const KINDS = Object.values(UnitKind);

/**
 * One receiving unit. `forces` it serves, `conflicts`: forces whose reports it must never get; `rows` and `marks` of
 * each of its batches, powers of two. `promisedDays`: within how many it says that it answers, 0 for nothing
 * said; `firstWords`: what it says to whose report it has. `takesNoFiles` is kept for what is not built yet.
 * @typedef {object} Unit
 * @property {Bytes} unitId
 * @property {string} slug
 * @property {string} name
 * @property {number} kind
 * @property {string[]} forces
 * @property {{public: Bytes, firstPeriod: number}[]} keys
 * @property {Bytes} contactPk
 * @property {number} firstPeriod
 * @property {number} notAfter
 * @property {number} rows
 * @property {number} marks
 * @property {Bytes} successor
 * @property {string[]} conflicts
 * @property {boolean} paused
 * @property {boolean} takesNoFiles
 * @property {number} promisedDays
 * @property {{language: string, text: string}[]} firstWords
 */

/**
 * A unit's place on the board. That of a unit that ended names its last batch, up to which its board stays readable;
 * `lastPeriod` is 0 where it had none.
 * @typedef {{unit: Unit, lastPeriod?: number, lastHash?: Bytes}} BoardPlace
 */

/**
 * The unit's signing key valid at `period`; undefined before the first.
 * @param {Unit} unit
 * @param {number} period
 */
export function keyAt(unit, period) {
  return unit.keys.findLast((key) => key.firstPeriod <= period)?.public;
}

/**
 * Lower-case words of letters and digits joined by single hyphens. Throws BadText.
 * @param {string} slug
 */
export function checkSlug(slug) {
  if (slug.length > MAX_SLUG || !SLUG.test(slug)) throw new BadText("slug");
  return slug;
}

/**
 * A unit's printed name: not empty, printable characters only, at most 120 bytes. Throws BadText.
 * @param {string} name
 */
export function checkName(name) {
  if (!name || UNPRINTABLE.test(name) || utf8(name).length > MAX_NAME) throw new BadText("name");
  return name;
}

/**
 * No value twice. Throws BadValue.
 * @param {string[]} values
 * @param {string} name
 */
export function checkUnique(values, name) {
  if (new Set(values).size !== values.length) throw new BadValue(name);
}

/** @param {Reader} reader */
function readSlugs(reader) {
  const count = reader.u8(0, MAX_FORCES_PER_UNIT);
  const slugs = Array.from({ length: count }, () => checkSlug(reader.text(1, MAX_SLUG)));
  checkUnique(slugs, "slugs");
  return slugs;
}

/** @param {Reader} reader */
function readKeys(reader) {
  /** @type {Unit["keys"]} */
  const keys = [];
  const count = reader.u8(1, MAX_KEYS_PER_UNIT);
  for (let lowest = 0; keys.length < count; lowest = (keys.at(-1)?.firstPeriod ?? 0) + 1) {
    keys.push({ public: reader.take(KEY), firstPeriod: reader.u32(lowest) });
  }
  return keys;
}

/** @param {Reader} reader */
function readWords(reader) {
  const words = Array.from({ length: reader.u8(0, MAX_LANGUAGES) }, () => {
    const [language, text] = [reader.text(1, MAX_SLUG), reader.text(2, MAX_WORDS)];
    if (!LANGUAGE.test(language) || !text || UNPRINTABLE.test(text)) throw new BadText("first words");
    return { language, text };
  });
  checkUnique(
    words.map((one) => one.language),
    "first words",
  );
  return words;
}

/** @param {Reader} reader */
function readSizes(reader) {
  const [rows, marks] = [reader.u32(), reader.u32()];
  checkSizes(rows, marks);
  return { rows, marks };
}

/** @param {Reader} reader */
function readContact(reader) {
  const length = reader.u16(0, XWING_PUBLIC);
  if (length !== 0 && length !== XWING_PUBLIC) throw new BadValue("contact key");
  return reader.take(length);
}

/**
 * Throws Malformed.
 * @param {Reader} reader
 * @returns {Unit}
 */
export function readUnit(reader) {
  const unitId = reader.take(UNIT_ID);
  const [slug, name] = [checkSlug(reader.text(1, MAX_SLUG)), checkName(reader.text(1, MAX_NAME))];
  const kind = reader.u8(Math.min(...KINDS), Math.max(...KINDS));
  const [forces, keys, contactPk] = [readSlugs(reader), readKeys(reader), readContact(reader)];
  const firstPeriod = reader.u32();
  const [notAfter, sizes] = [reader.u32(firstPeriod), readSizes(reader)];
  const [successor, conflicts] = [reader.take(UNIT_ID), readSlugs(reader)];
  const flags = reader.u8(0, PAUSED | TAKES_NO_FILES);
  return {
    ...{ unitId, slug, name, kind, forces, keys, contactPk, firstPeriod, notAfter, ...sizes, successor, conflicts },
    paused: Boolean(flags & PAUSED),
    takesNoFiles: Boolean(flags & TAKES_NO_FILES),
    promisedDays: reader.u16(0, MAX_PROMISED),
    firstWords: readWords(reader),
  };
}

/** @param {Reader} reader @returns {BoardPlace} */
export function readRetired(reader) {
  return { unit: readUnit(reader), lastPeriod: reader.u32(), lastHash: reader.take(HASH) };
}
