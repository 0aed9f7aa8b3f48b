// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a unit's newest batch holds for one conversation (docs/protocol.md, section 6.5). */

import { Chains, entryTag, joinText } from "./board.js";
import { concat, equal } from "./bytes.js";
import { EntryType, LANES, TAG } from "./constants.js";
import { checkOpened } from "./contact.js";
import { BadBody, BadText, ProtocolError } from "./errors.js";
import { payloadOf, rowOf } from "./index.js";
import { markName, markValue, showMark } from "./marks.js";
import { LISTS, parseOutcome } from "./outcome.js";
import { parseQuestions } from "./questions.js";
import { parseOffer } from "./referral.js";
import { rowAt } from "./rows.js";
import { openRow } from "./texts.js";
import { keyAt } from "./units.js";

/** @import { EntryPlain } from "./board.js" */
/** @import { Bytes } from "./bytes.js" */
/** @import { ConversationKeys } from "./codename.js" */
/** @import { Mark } from "./marks.js" */
/** @import { ProvedBatch, ProvedUnit } from "./proofs.js" */
/** @import { Question } from "./questions.js" */
/** @import { Offer } from "./referral.js" */
/** @import { Unit } from "./units.js" */

/**
 * A text of which every part is in the batch: its number, type and words. Of an outcome, and of what answers a closing,
 * the words are what is said with it, and `kinds` what it says; `questions` are what is asked, `offer` a referral to
 * another unit. That contact details were opened has no words. Not `readable`: it is not in the form of its type, and
 * holds nothing.
 * @typedef {object} WholeText
 * @property {number} number
 * @property {number} type
 * @property {string} text
 * @property {string[]} kinds
 * @property {Question[]} questions
 * @property {Offer | null} offer
 * @property {boolean} readable
 */

/**
 * What a batch holds for a conversation. `ack` is what to acknowledge, `unacknowledged` whether a whole text is none that
 * the unit knows to be read; `rows` how many rows carry its tags, `failed` how many of them did not open; `mark` is its
 * mark, if there is one.
 * @typedef {object} ReadConversation
 * @property {WholeText[]} texts
 * @property {number} ack
 * @property {boolean} unacknowledged
 * @property {number} rows
 * @property {number} failed
 * @property {Mark | undefined} mark
 */

/** @typedef {Map<number, EntryPlain>} Parts */

/** @satisfies {Partial<WholeText>} */
const NOTHING = { text: "", kinds: [], questions: [], offer: null };

/** What the rows have given so far. */
class Gathered {
  /** @type {Map<number, Parts>} */
  texts = new Map();
  firstUnread = 0;
  rows = 0;
  failed = 0;

  /**
   * Of several copies of a part the first counts; one whose type or number of parts differs is ignored.
   * @param {EntryPlain} plain
   */
  add(plain) {
    this.firstUnread ||= plain.firstUnread;
    const parts = this.texts.get(plain.msgNo) ?? new Map();
    this.texts.set(plain.msgNo, parts);
    const fits = [...parts.values()].every((other) => other.type === plain.type && other.parts === plain.parts);
    if (fits && !parts.has(plain.part)) parts.set(plain.part, plain);
  }

  /** @param {number} number */
  whole(number) {
    const parts = this.texts.get(number);
    return parts !== undefined && parts.size === parts.values().next().value?.parts;
  }

  /** The highest a with every part of every number from `from` to a; from - 1 if none; 0 where nothing opened. */
  acknowledge() {
    let number = this.firstUnread;
    while (this.whole(number)) number += 1;
    return Math.max(number - 1, 0);
  }
}

/**
 * @param {Unit} unit
 * @param {ProvedBatch} batch
 * @param {ConversationKeys} keys
 * @param {Bytes[]} tags one a lane
 */
async function gather(unit, { manifest: { period, serviceId }, index, rows }, keys, tags) {
  const [found, chains] = [new Gathered(), new Chains()];
  // It signed the manifest too.
  const unitKey = /** @type {Bytes} */ (keyAt(unit, period));
  for (const [lane, tag] of tags.entries()) {
    const number = rowOf(index, lane, tag);
    const entry = number < 0 ? undefined : rowAt(rows, number);
    if (!entry || !equal(entry.subarray(0, TAG), tag)) continue;
    found.rows += 1;
    try {
      found.add(await openRow(keys, period, lane, entry, serviceId, unitKey, chains));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      found.failed += 1;
    }
  }
  return found;
}

/**
 * Throws BadText of a text, BadBody of a form.
 * @param {number} number
 * @param {number} type
 * @param {Bytes[]} parts
 * @returns {WholeText}
 */
function readText(number, type, parts) {
  const plain = { ...NOTHING, number, type, readable: true };
  if (type === EntryType.QUESTIONS) return { ...plain, questions: parseQuestions(concat(...parts)) };
  if (type === EntryType.CONTACT_OPENED) {
    checkOpened(concat(...parts));
    return plain;
  }
  if (type === EntryType.REFERRAL_OFFER) return { ...plain, offer: parseOffer(concat(...parts)) };
  const list = LISTS[type];
  if (!list) return { ...plain, text: joinText(parts) };
  const { kinds, say } = parseOutcome(concat(...parts), list);
  return { ...plain, text: say, kinds };
}

/**
 * @param {Gathered} found
 * @returns {WholeText[]}
 */
function texts(found) {
  const numbers = [...found.texts.keys()].filter((number) => found.whole(number)).sort((left, right) => left - right);
  return numbers.flatMap((number) => {
    const ordered = [...(found.texts.get(number)?.values() ?? [])].sort((left, right) => left.part - right.part);
    const type = ordered[0]?.type ?? 0;
    try {
      return [readText(number, type, ordered.map((one) => one.text))];
    } catch (error) {
      if (error instanceof BadBody) return [{ ...NOTHING, number, type, readable: false }];
      if (!(error instanceof BadText)) throw error;
      return [];
    }
  });
}

/**
 * Of the unit that `keys` are towards; undefined when its batch holds nothing for it.
 * @param {ProvedUnit} proved
 * @param {ConversationKeys} keys
 * @returns {Promise<ReadConversation | undefined>}
 */
export async function readConversation({ unit, batch }, keys) {
  if (!batch) return undefined;
  const { period, m } = batch.manifest;
  // All names at once: each alone is a wait for the browser's cryptography.
  const tags = Array.from({ length: LANES }, (_, lane) => entryTag(keys, period, lane));
  const [name, ...known] = await Promise.all([markName(keys, period), ...tags]);
  const payload = payloadOf(batch.index, markValue(name, m));
  const mark = payload && showMark(name, payload);
  const found = await gather(unit, batch, keys, known);
  const { rows, failed, firstUnread } = found;
  if (!rows && !mark) return undefined;
  const unacknowledged = [...found.texts.keys()].some((number) => number >= firstUnread && found.whole(number));
  return { texts: texts(found), ack: found.acknowledge(), unacknowledged, rows, failed, mark };
}
