// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file A source finds and reads what the board holds for it (docs/protocol.md, sections 6.5 and 6.9). No request is made. */

import { conversationKeys } from "../../protocol/codename.js";
import { readConversation } from "../../protocol/reading.js";

/** @import { Bytes } from "../../protocol/bytes.js" */
/** @import { ConversationKeys } from "../../protocol/codename.js" */
/** @import { ProvedUnit } from "../../protocol/proofs.js" */
/** @import { WholeText } from "../../protocol/reading.js" */

/**
 * What one unit's newest batch holds for this codename. `collected` is how many messages the unit has whole, 0 where no
 * mark says; `more` whether a text waits that the batch does not hold; `ack` what to acknowledge, the sooner the lower its
 * `urgency`: there is something new to say, or to ask for; then rows; then a mark alone (step 7.1.3). `failed` counts
 * rows that did not open.
 * @typedef {object} FoundConversation
 * @property {ProvedUnit} unit
 * @property {ConversationKeys} keys
 * @property {WholeText[]} texts
 * @property {number} collected
 * @property {boolean} more
 * @property {number} ack
 * @property {number} urgency
 * @property {number} failed
 */

/**
 * The conversation with one unit; undefined when its batch holds nothing for it.
 * @param {ProvedUnit} unit
 * @param {Bytes} stretched S
 * @returns {Promise<FoundConversation | undefined>}
 */
async function readUnit(unit, stretched) {
  const keys = await conversationKeys(stretched, unit.unit.unitId);
  const read = await readConversation(unit, keys);
  if (!read) return undefined;
  const { texts, ack, failed, rows, mark, unacknowledged } = read;
  const more = Boolean(mark?.moreWaits);
  const urgency = unacknowledged || more ? 0 : rows ? 1 : 2;
  return { unit, keys, texts, collected: mark?.collected ?? 0, more, ack, urgency, failed };
}

/**
 * Every conversation of a codename, over present and retired units.
 * @param {ProvedUnit[]} units
 * @param {Bytes} stretched S
 */
export async function readBoard(units, stretched) {
  const found = [];
  for (const unit of units) found.push(await readUnit(unit, stretched));
  return found.filter((one) => one !== undefined);
}
