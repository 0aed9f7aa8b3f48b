// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a source is told of a referral: JSON in one form (docs/protocol.md, step 6.4.5). */

import { asFields, asText, checkForm, readJson } from "./canonical.js";
import { MAX_SLUG, MAX_TEXT, REFERENCE } from "./constants.js";
import { BadBody } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * The other unit, by its slug, and the reference in 32 lower-case hex digits, by which one can write to it about this.
 * @typedef {{unit: string, reference: string}} Offer
 */

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const HEX = /^[0-9a-f]*$/;

/**
 * Throws BadBody.
 * @param {Offer} offer
 */
export function checkOffer({ unit, reference }) {
  const named = unit.length <= MAX_SLUG && SLUG.test(unit);
  if (!named || reference.length !== 2 * REFERENCE || !HEX.test(reference)) throw new BadBody("offer");
}

/**
 * Whatever is not exactly the one form is refused. Throws BadBody.
 * @param {Bytes} data
 * @returns {Offer}
 */
export function parseOffer(data) {
  const { unit, reference } = asFields(readJson(data, MAX_TEXT), ["unit", "reference"]);
  const found = { unit: asText(unit), reference: asText(reference) };
  checkOffer(found);
  checkForm(found, data);
  return found;
}
