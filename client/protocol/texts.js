// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Entries of the snapshot board: a key a text, from it one a batch and lane (docs/protocol.md, section 6a.4). */

import { Chains, chainPlace, openUnder } from "./board.js";
import { concat } from "./bytes.js";
import { LANES, MAX_TEXT_PARTS, MAX_TEXT_STEP } from "./constants.js";
import { u16, u32 } from "./encoding.js";
import * as labels from "./labels.js";
import { mac } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { ConversationKeys } from "./codename.js" */

/**
 * T_i from CK_i: it leads to no other step.
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

/** For one unit's batch: each lane can lead to the end of another chain, and to no more. */
export function textChains() {
  return new Chains(LANES * (MAX_TEXT_STEP + 1));
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
  const [messageId, step] = await chainPlace(keys, period, lane, entry, MAX_TEXT_STEP);
  const key = await rowKey(await textKey(await chains.keyAt(keys, messageId, step)), period, lane);
  return openUnder(key, keys.pseudonym, entry, serviceId, unitKey, MAX_TEXT_PARTS);
}
