// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What becomes of a report, as a unit tells its source: JSON in one form (docs/protocol.md, step 6.4.1). */

import { asFields, asList, asText, checkForm, readJson } from "./canonical.js";
import { MAX_TEXT, OUTCOME_KINDS } from "./constants.js";
import { BadBody } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

const ALONE = OUTCOME_KINDS.at(-1) ?? "";

/**
 * Whether these hold together: at least one, in order, and not-for-us with no other.
 * @param {string[]} kinds
 */
export function namedTogether(kinds) {
  const inOrder = OUTCOME_KINDS.filter((one) => kinds.includes(one));
  const each = kinds.length === inOrder.length && inOrder.every((one, at) => one === kinds[at]);
  return kinds.length > 0 && each && (!kinds.includes(ALONE) || kinds.length === 1);
}

/**
 * `kinds` in the order of OUTCOME_KINDS, each once; `say`: the unit's own words with it, which may be none. Whatever is
 * not exactly the one form is refused. Throws BadBody.
 * @param {Bytes} data
 * @returns {{kinds: string[], say: string}}
 */
export function parseOutcome(data) {
  const fields = asFields(readJson(data, MAX_TEXT), ["kinds", "say"]);
  const found = { kinds: asList(fields["kinds"]).map(asText), say: asText(fields["say"]) };
  if (!namedTogether(found.kinds)) throw new BadBody("kinds");
  checkForm(found, data);
  return found;
}
