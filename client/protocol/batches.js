// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Batches, and the board that shows them (docs/protocol.md, sections 6.7 and 6.8). */

import { equal, toHex } from "./bytes.js";
import { ENTRY, EPOCH_CERT, MARK, MARKS_PER_ENTRY, MAX_BOARD, MAX_QUOTA, MAX_UNITS, MAX_WINDOW, SIGNATURE, StructType, TAG, UNIT_ID } from "./constants.js";
import { Reader } from "./encoding.js";
import { BadValue, BatchAltered } from "./errors.js";
import { MANIFEST_LONGEST } from "./manifests.js";
import { sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Manifest } from "./manifests.js" */

/**
 * One batch as served: the manifest's bytes, its signature, and marks and entries as they stand behind one another.
 * Nothing is believed yet.
 * @typedef {{manifest: Bytes, signature: Bytes, count: number, content: Bytes}} Batch
 */

/**
 * One unit's part of the board: certificates of the newest batch (none without a batch), batches oldest first.
 * @typedef {{unitId: Bytes, certs: Bytes[], batches: Batch[]}} UnitBoard
 */

/**
 * Throws Truncated, BadValue.
 * @param {Reader} reader
 * @returns {Batch}
 */
export function readBatch(reader) {
  const manifest = reader.take(reader.u32(0, MANIFEST_LONGEST));
  const signature = reader.take(SIGNATURE);
  const count = reader.u16(0, MAX_QUOTA);
  return { manifest, signature, count, content: reader.take(count * (MARKS_PER_ENTRY * MARK + ENTRY)) };
}

/**
 * Throws Malformed.
 * @param {Bytes} data
 */
export function parseBoard(data) {
  if (data.length > MAX_BOARD) throw new BadValue("board size");
  const reader = new Reader(data, "board");
  reader.struct(StructType.BOARD);
  const units = Array.from({ length: reader.u16(0, 2 * MAX_UNITS) }, () => readUnitBoard(reader));
  reader.end();
  if (new Set(units.map((unit) => toHex(unit.unitId))).size !== units.length) throw new BadValue("board units");
  return units;
}

/** @param {Reader} reader @returns {UnitBoard} */
function readUnitBoard(reader) {
  const unitId = reader.take(UNIT_ID);
  const count = reader.u16(0, MAX_WINDOW);
  const certs = count ? [reader.take(EPOCH_CERT), reader.take(EPOCH_CERT)] : [];
  return { unitId, certs, batches: Array.from({ length: count }, () => readBatch(reader)) };
}

/**
 * The last of the equally long pieces of `list` that begins with `tag`.
 * @param {Bytes} list marks or entries
 * @param {number} size of each
 * @param {Bytes} tag its first 16 bytes
 */
export function findTagged(list, size, tag) {
  const first = tag[0];
  for (let at = list.length - size; at >= 0; at -= size) {
    if (list[at] === first && equal(list.subarray(at, at + TAG), tag)) return list.subarray(at, at + size);
  }
  return undefined;
}

/**
 * H of a manifest's body: what the next manifest's prev_hash must be.
 * @param {Batch} batch
 */
export function batchHash(batch) {
  return sha256(batch.manifest);
}

/**
 * Marks and entries are those the manifest names, as many as it says. Throws BatchAltered.
 * @param {Manifest} manifest
 * @param {Batch} batch
 */
export async function checkContent(manifest, batch) {
  if (batch.count !== manifest.count || !equal(await sha256(batch.content), manifest.contentHash)) {
    throw new BatchAltered("content");
  }
}
