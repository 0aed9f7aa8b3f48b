// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Board entries, which only one source can find and open (docs/protocol.md, section 6). */

import { concat, toHex, xor } from "./bytes.js";
import { refresh } from "./codename.js";
import {
  ENTRY,
  ENTRY_HEADER,
  ENTRY_PLAIN,
  EntryType,
  INDEX,
  LANES,
  MAX_TEXT_PARTS,
  MAX_TEXT_STEP,
  MESSAGE_ID,
  SIGNATURE,
  TAG,
  TEXT_PART,
  VERSION,
} from "./constants.js";
import { Reader, decodeText, labelled, u16, u32 } from "./encoding.js";
import { NotForThisKey, WrongLength, WrongType, WrongVersion } from "./errors.js";
import * as labels from "./labels.js";
import { unpad } from "./padding.js";
import { aeadOpen, ed25519Verify, hkdf, mac } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { ConversationKeys } from "./codename.js" */

/** @type {number[]} */
const TYPES = Object.values(EntryType);

/**
 * Whose entries and marks: b and P_pk.
 * @typedef {{beacon: Bytes, pseudonym: Bytes}} Whose
 */

/**
 * 16 bytes that mark the slot-th entry of a conversation in the batch of `period` (step 6.1).
 * @param {Whose} whose
 * @param {number} period
 * @param {number} slot
 */
export async function entryTag({ beacon, pseudonym }, period, slot) {
  return (await mac(beacon, concat(labels.ENTRY_TAG, pseudonym, u32(period), u16(slot)))).subarray(0, TAG);
}

/**
 * An index masked, or a masked one in the clear: 18 bytes (step 6.2).
 * @param {Whose} whose
 * @param {number} period
 * @param {number} slot
 * @param {Bytes} index
 */
export async function maskIndex({ beacon, pseudonym }, period, slot, index) {
  const mask = await mac(beacon, concat(labels.ENTRY_INDEX, pseudonym, u32(period), u16(slot)));
  return xor(index, mask.subarray(0, INDEX));
}

/**
 * Inverse of masking: message_id and step.
 * @param {Whose} whose
 * @param {number} period
 * @param {number} slot
 * @param {Bytes} index
 * @returns {Promise<[Bytes, number]>}
 */
export async function unmaskIndex(whose, period, slot, index) {
  const clear = await maskIndex(whose, period, slot, index);
  return [clear.slice(0, MESSAGE_ID), new Reader(clear.subarray(MESSAGE_ID), "index").u16()];
}

/**
 * CK_0 from r (step 6.3).
 * @param {Bytes} fresh
 * @param {Bytes} unitId
 * @param {Bytes} pseudonym
 */
export function chainStart(fresh, unitId, pseudonym) {
  return hkdf(fresh, concat(labels.REPLY_CHAIN, unitId, pseudonym));
}

/**
 * CK_i+1 from CK_i.
 * @param {Bytes} chainKey
 */
export function chainNext(chainKey) {
  return mac(chainKey, labels.CHAIN_NEXT);
}

/**
 * One part of a text. `firstUnread` is `from`: the lowest msg_no not yet acknowledged.
 * @typedef {object} EntryPlain
 * @property {number} type an EntryType
 * @property {number} msgNo
 * @property {number} firstUnread
 * @property {number} part
 * @property {number} parts
 * @property {Bytes} text
 */

/**
 * What the unit signs in an entry: `"u2s-sig" || 0 || service_id || P_pk || plain without signature`.
 * @param {Bytes} serviceId
 * @param {Bytes} pseudonym
 * @param {Bytes} unsigned
 */
export function unitSignedBytes(serviceId, pseudonym, unsigned) {
  return labelled(labels.UNIT_MESSAGE_SIGNATURE, serviceId, pseudonym, unsigned);
}

/**
 * The fields, the bytes that were signed, the signature. Throws Malformed.
 * @param {Bytes} plain
 * @returns {[EntryPlain, Bytes, Bytes]}
 */
export function parseEntryPlain(plain) {
  if (plain.length !== ENTRY_PLAIN) throw new WrongLength("entry plaintext");
  const reader = new Reader(plain, "entry");
  if (reader.u8() !== VERSION) throw new WrongVersion("entry");
  const type = reader.u8();
  if (!TYPES.includes(type)) throw new WrongType("entry");
  const [msgNo, firstUnread, part] = [reader.u32(1), reader.u32(1), reader.u8(1, MAX_TEXT_PARTS)];
  const parts = reader.u8(part, MAX_TEXT_PARTS);
  const length = reader.u16(0, TEXT_PART);
  const text = unpad(reader.take(TEXT_PART), length);
  return [{ type, msgNo, firstUnread, part, parts, text }, plain.subarray(0, -SIGNATURE), reader.take(SIGNATURE)];
}

/**
 * CK_0, CK_1, … of each message_id, as far as walked: no chain is walked twice in a visit, and all of them together no
 * further than `limit` steps (step 6.5). Without that a unit could make the visits of one codename stand out, by entries
 * at the far ends of many chains.
 */
export class Chains {
  #left;
  /** @type {Map<string, Bytes[]>} */
  #walked = new Map();

  constructor(limit = LANES * (MAX_TEXT_STEP + 1)) {
    this.#left = limit;
  }

  /**
   * CK_step. Throws NotForThisKey.
   * @param {ConversationKeys} keys
   * @param {Bytes} messageId
   * @param {number} step
   * @returns {Promise<Bytes>}
   */
  async keyAt(keys, messageId, step) {
    const name = toHex(messageId);
    const walked = this.#walked.get(name) ?? [];
    const needed = Math.max(0, step + 1 - walked.length);
    if (needed > this.#left) throw new NotForThisKey("chain steps");
    this.#left -= needed;
    if (!walked.length) {
      this.#walked.set(name, walked);
      walked.push(await chainStart(await refresh(keys, messageId), keys.unitId, keys.pseudonym));
    }
    while (walked.length <= step) walked.push(await chainNext(/** @type {Bytes} */ (walked.at(-1))));
    return /** @type {Bytes} */ (walked[step]);
  }
}

/**
 * Which message's chain seals an entry, and which step of it. Throws NotForThisKey, WrongLength.
 * @param {ConversationKeys} keys
 * @param {number} period
 * @param {number} slot
 * @param {Bytes} entry
 * @returns {Promise<[Bytes, number]>}
 */
export async function chainPlace(keys, period, slot, entry) {
  if (entry.length !== ENTRY) throw new WrongLength("entry");
  const [messageId, step] = await unmaskIndex(keys, period, slot, entry.subarray(TAG, TAG + INDEX));
  if (step > MAX_TEXT_STEP) throw new NotForThisKey("entry step");
  return [messageId, step];
}

/**
 * Open an entry of 1,024 bytes with its `key`. Throws NotForThisKey, BadSignature, Malformed.
 * @param {Bytes} key
 * @param {Bytes} pseudonym
 * @param {Bytes} entry
 * @param {Bytes} serviceId
 * @param {Bytes} unitKey
 */
export async function openUnder(key, pseudonym, entry, serviceId, unitKey) {
  const nonce = entry.subarray(TAG + INDEX, ENTRY_HEADER);
  const aad = concat(labels.ENTRY_AAD, entry.subarray(0, TAG + INDEX));
  const opened = await aeadOpen(key, nonce, entry.subarray(ENTRY_HEADER), aad);
  const [plain, unsigned, signature] = parseEntryPlain(opened);
  await ed25519Verify(unitKey, unitSignedBytes(serviceId, pseudonym, unsigned), signature);
  return plain;
}

/**
 * The parts of a text, joined before they are decoded. Throws BadText.
 * @param {Bytes[]} parts
 */
export function joinText(parts) {
  return decodeText(concat(...parts), "text");
}
