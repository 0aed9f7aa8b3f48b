// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file A source finds and reads what the board holds for it (docs/protocol.md, sections 6.5 and 6.9). No request is made. */

import { findTagged } from "../../protocol/batches.js";
import { Chains, entryTag, joinText, markMask, openEntry, readMark } from "../../protocol/board.js";
import { conversationKeys } from "../../protocol/codename.js";
import { ENTRY, MARK, MAX_CHAIN_INDEX, MAX_SLOTS, TAG } from "../../protocol/constants.js";
import { keyAt } from "../../protocol/units.js";
import { ProtocolError } from "../../protocol/errors.js";

/** @import { Bytes } from "../../protocol/bytes.js" */
/** @import { ProvedBatch, ProvedUnit } from "../../protocol/proofs.js" */
/** @import { EntryPlain } from "../../protocol/board.js" */
/** @import { ConversationKeys } from "../../protocol/codename.js" */

/**
 * A whole text: its number, kind, words, and the period of the oldest copy in the window.
 * @typedef {{number: number, type: number, text: string, period: number}} ReadText
 */

/**
 * What one unit's board holds for this codename. `ack` is what to acknowledge; `entries` whether any entry carried its
 * tag, `marked` whether a mark did; `unreadEntries` how many with the tag did not open.
 * @typedef {object} FoundConversation
 * @property {ProvedUnit} unit
 * @property {ConversationKeys} keys
 * @property {number} collected
 * @property {ReadText[]} texts
 * @property {number} ack
 * @property {boolean} entries
 * @property {boolean} marked
 * @property {number} unreadEntries
 */

/** @typedef {Map<number, EntryPlain>} Parts */

/** What a scan has gathered so far. */
class Gathered {
  /** @type {Map<number, Parts>} */
  parts = new Map();
  /** @type {Map<number, number>} */
  periods = new Map();
  firstUnread = 0;
  tagged = 0;
  failed = 0;
  collected = 0;
  marked = false;

  /** @param {Chains} chains */
  constructor(chains) {
    this.chains = chains;
  }

  /**
   * The first copy of a part counts; one whose number of parts differs is ignored.
   * @param {EntryPlain} plain
   * @param {number} period
   */
  add(plain, period) {
    const parts = this.parts.get(plain.msgNo) ?? new Map();
    this.parts.set(plain.msgNo, parts);
    if ([...parts.values()].some((other) => other.parts !== plain.parts)) return;
    if (!parts.has(plain.part)) parts.set(plain.part, plain);
    this.periods.set(plain.msgNo, Math.min(this.periods.get(plain.msgNo) ?? period, period));
  }
}

/**
 * A batch, and the names under which it would hold something for a conversation.
 * @typedef {{batch: ProvedBatch, tag: Bytes, mask: Bytes}} Named
 */

/**
 * @param {ProvedBatch} batch
 * @param {ConversationKeys} keys
 * @returns {Promise<Named>}
 */
async function named(batch, keys) {
  const { period } = batch.manifest;
  const [tag, mask] = await Promise.all([entryTag(keys, period, 0), markMask(keys, period)]);
  return { batch, tag, mask };
}

/**
 * @param {Gathered} found
 * @param {ProvedUnit} proved
 * @param {Named} named
 * @param {ConversationKeys} keys
 */
async function scanEntries(found, proved, { batch: { manifest, entries }, tag }, keys) {
  const { period, serviceId } = manifest;
  const unitKey = keyAt(proved.unit, period);
  let opened = false;
  for (let slot = 0; slot < MAX_SLOTS; slot++) {
    const entry = findTagged(entries, ENTRY, slot ? await entryTag(keys, period, slot) : tag);
    if (!entry || !unitKey) return;
    found.tagged += 1;
    try {
      const plain = await openEntry(keys, period, slot, entry, serviceId, unitKey, found.chains);
      if (!opened) found.firstUnread = plain.firstUnread;
      opened = true;
      found.add(plain, period);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      found.failed += 1;
    }
  }
}

/**
 * @param {Gathered} found
 * @param {Named} named
 */
function scanMark(found, { batch, mask }) {
  const mark = findTagged(batch.marks, MARK, mask.subarray(0, TAG));
  if (!mark) return;
  found.marked = true;
  found.collected = Math.max(found.collected, readMark(mask, mark));
}

/** @param {Parts | undefined} parts */
function whole(parts) {
  return parts !== undefined && parts.size === parts.values().next().value?.parts;
}

/**
 * The highest a with every part of every number from `from` to a; from - 1 if none; 0 without entries.
 * @param {Gathered} found
 */
function acknowledge(found) {
  if (!found.firstUnread) return 0;
  let number = found.firstUnread;
  while (whole(found.parts.get(number))) number += 1;
  return number - 1;
}

/**
 * @param {Gathered} found
 * @returns {ReadText[]}
 */
function texts(found) {
  const numbers = [...found.parts.keys()].sort((left, right) => left - right);
  return numbers.flatMap((number) => {
    const parts = found.parts.get(number);
    if (!parts || !whole(parts)) return [];
    const ordered = [...parts.values()].sort((left, right) => left.part - right.part);
    try {
      const text = joinText(ordered.map((one) => one.text));
      return [{ number, type: ordered[0]?.type ?? 0, text, period: found.periods.get(number) ?? 0 }];
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return [];
    }
  });
}

/**
 * The conversation with one unit; undefined when the board holds nothing for it.
 * @param {ProvedUnit} proved
 * @param {ConversationKeys} keys
 * @returns {Promise<FoundConversation | undefined>}
 */
async function readUnit(proved, keys) {
  // One chain may be at its end, and no entry of an honest desk is more than two steps after the one before it.
  const found = new Gathered(new Chains(MAX_CHAIN_INDEX + 1 + 2 * MAX_SLOTS * proved.batches.length));
  // The names at once: each alone is a wait for the browser's cryptography, hundreds of times.
  for (const one of await Promise.all(proved.batches.map((batch) => named(batch, keys)))) {
    await scanEntries(found, proved, one, keys);
    scanMark(found, one);
  }
  const { collected, marked, tagged, failed } = found;
  if (!tagged && !marked) return undefined;
  const ack = acknowledge(found);
  const entries = tagged > 0;
  return { unit: proved, keys, collected, texts: texts(found), ack, entries, marked, unreadEntries: failed };
}

/**
 * Every conversation of a codename, over present and retired units; `stretched` is S.
 * @param {ProvedUnit[]} units
 * @param {Bytes} stretched
 */
export async function readBoard(units, stretched) {
  /** @type {FoundConversation[]} */
  const conversations = [];
  for (const proved of units) {
    const found = await readUnit(proved, await conversationKeys(stretched, proved.unit.unitId));
    if (found) conversations.push(found);
  }
  return conversations;
}
