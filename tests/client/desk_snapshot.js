// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The unit's half of the snapshot board (docs/protocol.md, section 6a), as far as the vectors need it. */

import { concat, toHex } from "../../client/protocol/bytes.js";
import * as c from "../../client/protocol/constants.js";
import { Reader, u16, u8 } from "../../client/protocol/encoding.js";
import { BadValue, BatchAltered } from "../../client/protocol/errors.js";
import { checkSizes } from "../../client/protocol/index.js";
import { maskPayload } from "../../client/protocol/marks.js";
import { sha256 } from "../../client/protocol/primitives.js";
import { leafOf, nodeOf, rowAt } from "../../client/protocol/rows.js";
import { isSize, setSize, valueOf } from "../../client/protocol/sets.js";
import { parseSnapshotManifest, readSnapshot } from "../../client/protocol/snapshots.js";
import { rowKey } from "../../client/protocol/texts.js";
import { sealUnder } from "./desk_side.js";

const STEP = 2 ** c.LOW_BITS;

/** Section 6a.1. */
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

/** Section 6a.2. `lanes`: of each its tags or entries; `marks`: of each its value and payload. */
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

/** Section 6a.3. */
export function hideMark(name, collected, moreWaits) {
  return maskPayload(name, concat(u8(moreWaits), u16(Math.min(collected, c.MAX_MARK_COUNT))));
}

/** Section 6a.4. `key`: T of the place's step. */
export async function sealRow(place, key, nonce, serviceId, signingSeed, plain) {
  const within = place.step <= c.MAX_TEXT_STEP && place.slot < c.LANES && plain.parts <= c.MAX_TEXT_PARTS;
  if (!within || nonce.length !== c.NONCE) throw new BadValue("entry");
  return sealUnder(await rowKey(key, place.period, place.slot), place, nonce, serviceId, signingSeed, plain);
}

/** Section 6a.5: hash and root of the rows, and the path of one of them. */
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

/** Section 6a.6: what a server asks of the rows of an upload. */
export function checkRows({ lanes, laneRows }, rows) {
  const values = lanes.flatMap((lane) => [...lane]);
  if (rows.length !== values.length * c.ENTRY) throw new BatchAltered("number of rows");
  if (values.some((value, at) => value !== valueOf(rowAt(rows, at), laneRows))) throw new BatchAltered("rows");
}

/** Section 6a.6. */
export function parseSnapshotUpload(data) {
  const reader = new Reader(data, "upload");
  const snapshot = readSnapshot(reader);
  const { q, m } = parseSnapshotManifest(snapshot.manifest);
  checkSizes(q, m);
  const rows = reader.take(q * c.ENTRY);
  reader.end();
  return { snapshot, rows };
}
