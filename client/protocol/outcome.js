// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a unit tells its source by kinds of a list: JSON in one form (docs/protocol.md, steps 6.4.1 and 6.4.4). */

import { asFields, asList, asText, checkForm, readJson } from "./canonical.js";
import { CLOSED_KINDS, EntryType, MAX_TEXT, OUTCOME_KINDS } from "./constants.js";
import { BadBody } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

/** The kinds of each type of entry that has this form. @type {Record<number, readonly string[]>} */
export const LISTS = { [EntryType.OUTCOME]: OUTCOME_KINDS, [EntryType.CLOSED]: CLOSED_KINDS };

const ALONE = [...OUTCOME_KINDS.slice(-1), ...CLOSED_KINDS];

/**
 * Whether these of a list hold together: at least one, in order, and one that stands alone with no other.
 * @param {string[]} kinds
 * @param {readonly string[]} of
 */
export function namedTogether(kinds, of) {
  const inOrder = of.filter((one) => kinds.includes(one));
  const each = kinds.length === inOrder.length && inOrder.every((one, at) => one === kinds[at]);
  return kinds.length > 0 && each && (kinds.length === 1 || !ALONE.some((one) => kinds.includes(one)));
}

/**
 * `kinds` in the order of their list, each once; `say`: the unit's own words with it, which may be none. Whatever is
 * not exactly the one form is refused. Throws BadBody.
 * @param {Bytes} data
 * @param {readonly string[]} of
 * @returns {{kinds: string[], say: string}}
 */
export function parseOutcome(data, of) {
  const fields = asFields(readJson(data, MAX_TEXT), ["kinds", "say"]);
  const found = { kinds: asList(fields["kinds"]).map(asText), say: asText(fields["say"]) };
  if (!namedTogether(found.kinds, of)) throw new BadBody("kinds");
  checkForm(found, data);
  return found;
}
