// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Entries of the board: a key a text, from it one a batch and lane (docs/protocol.md, section 6.3). */

import { chainPlace, openUnder } from "./board.js";
import { concat } from "./bytes.js";
import { u16, u32 } from "./encoding.js";
import * as labels from "./labels.js";
import { mac } from "./primitives.js";

/** @import { Chains } from "./board.js" */
/** @import { Bytes } from "./bytes.js" */
/** @import { ConversationKeys } from "./codename.js" */

/**
 * T_i from CK_i. It leads to no other step.
 * @param {Bytes} chainKey
 */
export function textKey(chainKey) {
  return mac(chainKey, labels.CHAIN_TEXT);
}

/**
 * What seals the entry of a text in `lane` of the batch of `period`; `key` is the text's.
 * @param {Bytes} key
 * @param {number} period
 * @param {number} lane
 */
export function rowKey(key, period, lane) {
  return mac(key, concat(labels.CHAIN_ENTRY, u32(period), u16(lane)));
}

/**
 * Open an entry that carries this conversation's tag of `lane`. `unitKey` is the unit's signing key valid at `period`;
 * `chains` remembers chains already walked. Throws NotForThisKey, BadSignature, Malformed.
 * @param {ConversationKeys} keys
 * @param {number} period
 * @param {number} lane
 * @param {Bytes} entry
 * @param {Bytes} serviceId
 * @param {Bytes} unitKey
 * @param {Chains} chains
 */
export async function openRow(keys, period, lane, entry, serviceId, unitKey, chains) {
  const [messageId, step] = await chainPlace(keys, period, lane, entry);
  const key = await rowKey(await textKey(await chains.keyAt(keys, messageId, step)), period, lane);
  return openUnder(key, keys.pseudonym, entry, serviceId, unitKey);
}
