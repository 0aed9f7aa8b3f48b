// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file JSON that has one form: what is read is written again, and must be the very bytes (docs/protocol.md, 5.6). */

import { equal, utf8 } from "./bytes.js";
import { decodeText, isWellFormed } from "./encoding.js";
import { BadBody } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * What at most so many bytes hold, in whatever form. Throws BadBody.
 * @param {Bytes} data
 * @param {number} most
 * @returns {unknown}
 */
export function readJson(data, most) {
  if (data.length > most) throw new BadBody("size");
  try {
    return JSON.parse(decodeText(data, "form"));
  } catch {
    throw new BadBody("json");
  }
}

/**
 * Throws BadBody unless `data` is how this is written.
 * @param {unknown} form
 * @param {Bytes} data
 */
export function checkForm(form, data) {
  if (!equal(utf8(JSON.stringify(form)), data)) throw new BadBody("not canonical");
}

/**
 * An object of exactly these keys in this order. Throws BadBody.
 * @param {unknown} value
 * @param {string[]} names
 * @returns {Record<string, unknown>}
 */
export function asFields(value, names) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new BadBody("fields");
  const keys = Object.keys(value);
  if (keys.length !== names.length || keys.some((key, at) => key !== names[at])) throw new BadBody("fields");
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * Throws BadBody.
 * @param {unknown} value
 * @returns {unknown[]}
 */
export function asList(value) {
  if (!Array.isArray(value)) throw new BadBody("fields");
  return value;
}

/**
 * A text without half a character. Throws BadBody.
 * @param {unknown} value
 */
export function asText(value) {
  if (typeof value !== "string" || !isWellFormed(value)) throw new BadBody("fields");
  return value;
}
