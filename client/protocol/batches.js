// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Batches, and the two answers that show them (docs/protocol.md, sections 6.7 and 6.8). */

import { readSlice } from "./anchors.js";
import { concat, equal, toHex } from "./bytes.js";
import {
  ENTRY,
  EPOCH_CERT,
  HASH,
  MAX_BOARD,
  MAX_MARKS,
  MAX_ROWS,
  MAX_UNITS,
  SIGNATURE,
  StructType,
  UNIT_ID,
} from "./constants.js";
import { Reader } from "./encoding.js";
import { BadValue, Malformed, RowsMismatch } from "./errors.js";
import { checkSizes, indexSize } from "./index.js";
import * as labels from "./labels.js";
import { MANIFEST_LONGEST, parseManifest } from "./manifests.js";
import { sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * What the board shows of a batch, without its rows: the certificates, current and next, the manifest's bytes, its
 * signature, the index. Nothing is believed yet.
 * @typedef {{certs: Bytes[], manifest: Bytes, signature: Bytes, index: Bytes}} Batch
 */

/**
 * One unit's part of the board: its newest batch, or none.
 * @typedef {{unitId: Bytes, batch: Batch | undefined}} UnitBoard
 */

/**
 * Throws Truncated, BadValue.
 * @param {Reader} reader
 * @returns {Batch}
 */
export function readBatch(reader) {
  const certs = [reader.take(EPOCH_CERT), reader.take(EPOCH_CERT)];
  const [manifest, signature] = [readSlice(reader, MANIFEST_LONGEST), reader.take(SIGNATURE)];
  return { certs, manifest, signature, index: readSlice(reader, indexSize(MAX_ROWS, MAX_MARKS)) };
}

/**
 * H of a manifest's body: what the next manifest's prev_hash must be.
 * @param {Batch} batch
 */
export function batchHash(batch) {
  return sha256(batch.manifest);
}

/**
 * Throws Malformed.
 * @param {Bytes} data
 * @returns {UnitBoard[]}
 */
export function parseBoard(data) {
  if (data.length > MAX_BOARD) throw new BadValue("board size");
  const reader = new Reader(data, "board");
  reader.struct(StructType.BOARD);
  const parts = Array.from({ length: reader.u16(0, 2 * MAX_UNITS) }, () => ({
    unitId: reader.take(UNIT_ID),
    batch: reader.u8(0, 1) ? readBatch(reader) : undefined,
  }));
  reader.end();
  if (new Set(parts.map((part) => toHex(part.unitId))).size !== parts.length) throw new BadValue("board units");
  return parts;
}

/**
 * 32 bytes that name a board and the directory shown with it, by the bytes of both answers.
 * @param {Bytes} directory
 * @param {Bytes} board
 */
export async function boardId(directory, board) {
  return sha256(concat(labels.BOARD_ID, await sha256(directory), board));
}

/**
 * Bytes of a part's rows: those of the manifest's q where it parses and q is one that a batch may have, else none. Nobody
 * has proved the manifest yet.
 * @param {UnitBoard} part
 */
function rowsOf({ batch }) {
  try {
    const { q, m } = parseManifest(batch?.manifest ?? new Uint8Array(0));
    checkSizes(q, m);
    return q * ENTRY;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return 0;
  }
}

/**
 * Bytes of the answer with all rows of a board. Throws BadValue where that is more than there may be.
 * @param {UnitBoard[]} parts
 */
export function rowsSize(parts) {
  const size = parts.reduce((sum, part) => sum + rowsOf(part), 2 + HASH);
  if (size > MAX_BOARD) throw new BadValue("rows size");
  return size;
}

/**
 * The rows of each part, for the board of that board_id. Throws Malformed, RowsMismatch.
 * @param {Bytes} data
 * @param {Bytes} board the board_id
 * @param {UnitBoard[]} parts
 */
export function parseRows(data, board, parts) {
  rowsSize(parts);
  const reader = new Reader(data, "rows");
  reader.struct(StructType.ROWS);
  if (!equal(reader.take(HASH), board)) throw new RowsMismatch("board");
  const rows = parts.map((part) => reader.take(rowsOf(part)));
  reader.end();
  return rows;
}
