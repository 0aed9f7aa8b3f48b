// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The unit's half of the board (docs/protocol.md, section 6), as far as the vectors need it. */

import { readBatch } from "../../client/protocol/batches.js";
import { entryTag, maskIndex, unitSignedBytes } from "../../client/protocol/board.js";
import { concat, toHex } from "../../client/protocol/bytes.js";
import * as c from "../../client/protocol/constants.js";
import { Reader, u16, u32, u8 } from "../../client/protocol/encoding.js";
import { BadValue, BatchAltered } from "../../client/protocol/errors.js";
import { checkSizes } from "../../client/protocol/index.js";
import * as labels from "../../client/protocol/labels.js";
import { parseManifest } from "../../client/protocol/manifests.js";
import { maskPayload } from "../../client/protocol/marks.js";
import { pad } from "../../client/protocol/padding.js";
import { aeadSeal, ed25519Sign, sha256 } from "../../client/protocol/primitives.js";
import { leafOf, nodeOf, rowAt } from "../../client/protocol/rows.js";
import { isSize, setSize, valueOf } from "../../client/protocol/sets.js";
import { rowKey } from "../../client/protocol/texts.js";

const STEP = 2 ** c.LOW_BITS;

/** Section 2.2. */
export function makeSet(values) {
  const count = values.length;
  const rising = values.every((value, at) => at === 0 || values[at - 1] < value);
  if (!isSize(count, 1, c.MAX_MARKS) || values[0] < 0 || values.at(-1) >= count * STEP || !rising) {
    throw new BadValue("set");
  }
  const made = new Uint8Array(setSize(count));
  const lows = made.length - c.LOW * count;
  values.forEach((value, rank) => {
    const place = Math.floor(value / STEP) + rank;
    made[place >> 3] |= 0x80 >> (place & 7);
    for (let at = 0; at < c.LOW; at++) made[lows + c.LOW * rank + at] = (value % STEP) >>> (8 * (c.LOW - 1 - at));
  });
  return made;
}

const byBytes = (left, right) => (toHex(left) < toHex(right) ? -1 : 1);

/** Section 6.7. `lanes`: of each its tags or entries; `marks`: of each its value and payload. */
export function makeIndex(lanes, marks) {
  const payloads = new Map(marks);
  checkSizes(
    lanes.reduce((sum, lane) => sum + lane.length, 0),
    payloads.size,
  );
  const alike = lanes.length === c.LANES && lanes.every((lane) => lane.length === lanes[0].length);
  if (!alike || marks.some(([, payload]) => payload.length !== c.PAYLOAD)) throw new BadValue("lanes");
  const values = [...payloads.keys()].sort((left, right) => left - right);
  const sets = lanes.map((lane) => makeSet([...lane].sort(byBytes).map((tag) => valueOf(tag, lane.length))));
  return concat(...sets, makeSet(values), ...values.map((value) => payloads.get(value)));
}

/** Section 6.6. */
export function hideMark(name, collected, moreWaits) {
  return maskPayload(name, concat(u8(moreWaits), u16(Math.min(collected, c.MAX_MARK_COUNT))));
}

/** With the entry's own key. */
async function sealUnder(key, place, nonce, serviceId, signingSeed, plain) {
  const tag = await entryTag(place, place.period, place.slot);
  const index = await maskIndex(place, place.period, place.slot, concat(place.messageId, u16(place.step)));
  const numbers = concat(u32(plain.msgNo), u32(plain.firstUnread), u8(plain.part), u8(plain.parts));
  const text = concat(u16(plain.text.length), pad(plain.text, c.TEXT_PART));
  const unsigned = concat(Uint8Array.of(c.VERSION, plain.type), numbers, text);
  const signature = ed25519Sign(signingSeed, unitSignedBytes(serviceId, place.pseudonym, unsigned));
  const aad = concat(labels.ENTRY_AAD, tag, index);
  const sealed = await aeadSeal(key, nonce, concat(unsigned, signature), aad);
  return concat(tag, index, nonce, sealed);
}

/** Section 6.4. `key`: T of the place's step. */
export async function sealRow(place, key, nonce, serviceId, signingSeed, plain) {
  const within = place.step <= c.MAX_TEXT_STEP && place.slot < c.LANES && plain.parts <= c.MAX_TEXT_PARTS;
  if (!within || nonce.length !== c.NONCE) throw new BadValue("entry");
  return sealUnder(await rowKey(key, place.period, place.slot), place, nonce, serviceId, signingSeed, plain);
}

/** Section 6.7: hash and root of the rows, and the path of one of them. */
export async function rowsTree(rows, row) {
  if (!isSize(rows.length / c.ENTRY, c.LEAST_ROWS, c.MAX_ROWS) || rows.length % c.ENTRY) throw new BadValue("rows");
  const hash = await sha256(rows);
  const numbers = Array.from({ length: rows.length / c.ENTRY }, (_, at) => at);
  let level = await Promise.all(numbers.map((at) => leafOf(hash, rowAt(rows, at))));
  const path = [];
  for (let number = row; level.length > 1; number >>= 1) {
    path.push(level[number ^ 1]);
    const pairs = numbers.slice(0, level.length / 2);
    level = await Promise.all(pairs.map((at) => nodeOf(hash, level[2 * at], level[2 * at + 1])));
  }
  return { hash, root: level[0], path };
}

/** Section 6.7: what a server asks of the rows of an upload. */
export function checkRows({ lanes, laneRows }, rows) {
  const values = lanes.flatMap((lane) => [...lane]);
  if (rows.length !== values.length * c.ENTRY) throw new BatchAltered("number of rows");
  if (values.some((value, at) => value !== valueOf(rowAt(rows, at), laneRows))) throw new BatchAltered("rows");
}

/** Section 6.7. */
export function parseUpload(data) {
  const reader = new Reader(data, "upload");
  const batch = readBatch(reader);
  const { q, m } = parseManifest(batch.manifest);
  checkSizes(q, m);
  const rows = reader.take(q * c.ENTRY);
  reader.end();
  return { batch, rows };
}
