// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Units as the roots list them, and their places on the board (docs/protocol.md, section 3.4). */

import { utf8 } from "./bytes.js";
import { HASH, KEY, MAX_FORCES_PER_UNIT, MAX_KEYS_PER_UNIT, MAX_NAME, MAX_QUOTA, MAX_SLUG, UNIT_ID, UnitKind, XWING_PUBLIC } from "./constants.js";
import { BadText, BadValue } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Reader } from "./encoding.js" */

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/u;
const PAUSED = 1;
const KINDS = Object.values(UnitKind);

/**
 * One receiving unit. `forces` it serves, `conflicts`: forces whose reports it must never get.
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
 * @property {number} boardQuota
 * @property {Bytes} successor
 * @property {string[]} conflicts
 * @property {boolean} paused
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
  return {
    ...{ unitId, slug, name, kind, forces, keys, contactPk, firstPeriod },
    notAfter: reader.u32(firstPeriod),
    boardQuota: reader.u16(1, MAX_QUOTA),
    successor: reader.take(UNIT_ID),
    conflicts: readSlugs(reader),
    paused: reader.u8(0, PAUSED) === PAUSED,
  };
}

/** @param {Reader} reader @returns {BoardPlace} */
export function readRetired(reader) {
  return { unit: readUnit(reader), lastPeriod: reader.u32(), lastHash: reader.take(HASH) };
}
