// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Batches of the snapshot board: the manifest, and the two answers that show them (docs/protocol.md, sections 6a.6 and 6a.7). */

import { HEAD_BODY, readSignedHead, readSlice } from "./anchors.js";
import { concat, equal, toHex } from "./bytes.js";
import {
  ENTRY,
  EPOCH_CERT,
  HASH,
  MAX_BOARD,
  MAX_MARKS,
  MAX_ROOTS,
  MAX_ROWS,
  MAX_UNITS,
  SERVICE_ID,
  SIGNATURE,
  StructType,
  TREE_NODE,
  UNIT_ID,
} from "./constants.js";
import { Reader } from "./encoding.js";
import { BadValue, Malformed, RowsMismatch } from "./errors.js";
import { checkSizes, indexSize } from "./index.js";
import * as labels from "./labels.js";
import { NO_HASH } from "./manifests.js";
import { sha256 } from "./primitives.js";

/** @import { SignedHead } from "./anchors.js" */
/** @import { Bytes } from "./bytes.js" */

const HASHES = HASH + HASH + TREE_NODE + HASH + HASH + HASH + HASH;
const FIXED = 2 + SERVICE_ID + UNIT_ID + 4 + 4 + HASH + 4 + 4 + 4 + HASHES;
const MANIFEST_LONGEST = FIXED + 4 + HEAD_BODY + 1 + MAX_ROOTS * (1 + SIGNATURE);

/**
 * What a unit signs about a batch of `q` rows and `m` marks. `prevHash` is zeros and `prevPeriod` 0 at its first.
 * @typedef {object} SnapshotManifest
 * @property {Bytes} serviceId
 * @property {Bytes} unitId
 * @property {number} period
 * @property {number} prevPeriod
 * @property {Bytes} prevHash
 * @property {number} q
 * @property {number} m
 * @property {Bytes} indexHash
 * @property {Bytes} rowsHash
 * @property {Bytes} root
 * @property {number} intakePeriod
 * @property {Bytes} intakeRoot
 * @property {Bytes} auditHead
 * @property {SignedHead} head
 * @property {Bytes} certCurrent
 * @property {Bytes} certNext
 */

/**
 * What the board shows of a batch, without its rows: the certificates, current and next, the manifest's bytes, its
 * signature, the index. Nothing is believed yet.
 * @typedef {{certs: Bytes[], manifest: Bytes, signature: Bytes, index: Bytes}} Snapshot
 */

/**
 * One unit's part of the board: its newest batch, or none.
 * @typedef {{unitId: Bytes, snapshot: Snapshot | undefined}} SnapshotPart
 */

/**
 * `q` and `m` may be any: what they may be is asked where a batch is proved. Throws Malformed.
 * @param {Bytes} body
 * @returns {SnapshotManifest}
 */
export function parseSnapshotManifest(body) {
  const reader = new Reader(body, "manifest");
  reader.struct(StructType.SNAPSHOT_MANIFEST);
  const [serviceId, unitId, period] = [reader.take(SERVICE_ID), reader.take(UNIT_ID), reader.u32(1)];
  const parsed = {
    ...{ serviceId, unitId, period },
    prevPeriod: reader.u32(0, period - 1),
    prevHash: reader.take(HASH),
    q: reader.u32(),
    m: reader.u32(),
    indexHash: reader.take(HASH),
    rowsHash: reader.take(HASH),
    root: reader.take(TREE_NODE),
    intakePeriod: reader.u32(),
    intakeRoot: reader.take(HASH),
    auditHead: reader.take(HASH),
    head: readSignedHead(reader),
    certCurrent: reader.take(HASH),
    certNext: reader.take(HASH),
  };
  reader.end();
  if ((parsed.prevPeriod === 0) !== equal(parsed.prevHash, NO_HASH)) throw new BadValue("manifest before this one");
  return parsed;
}

/**
 * Throws Truncated, BadValue.
 * @param {Reader} reader
 * @returns {Snapshot}
 */
export function readSnapshot(reader) {
  const certs = [reader.take(EPOCH_CERT), reader.take(EPOCH_CERT)];
  const [manifest, signature] = [readSlice(reader, MANIFEST_LONGEST), reader.take(SIGNATURE)];
  return { certs, manifest, signature, index: readSlice(reader, indexSize(MAX_ROWS, MAX_MARKS)) };
}

/**
 * H of a manifest's body: what the next manifest's prev_hash must be.
 * @param {Snapshot} snapshot
 */
export function snapshotHash(snapshot) {
  return sha256(snapshot.manifest);
}

/**
 * Throws Malformed.
 * @param {Bytes} data
 * @returns {SnapshotPart[]}
 */
export function parseSnapshotBoard(data) {
  if (data.length > MAX_BOARD) throw new BadValue("board size");
  const reader = new Reader(data, "board");
  reader.struct(StructType.SNAPSHOT_BOARD);
  const parts = Array.from({ length: reader.u16(0, 2 * MAX_UNITS) }, () => ({
    unitId: reader.take(UNIT_ID),
    snapshot: reader.u8(0, 1) ? readSnapshot(reader) : undefined,
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
 * @param {SnapshotPart} part
 */
function rowsOf({ snapshot }) {
  try {
    const { q, m } = parseSnapshotManifest(snapshot?.manifest ?? new Uint8Array(0));
    checkSizes(q, m);
    return q * ENTRY;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return 0;
  }
}

/**
 * Bytes of the answer with all rows of a board. Throws BadValue where that is more than there may be.
 * @param {SnapshotPart[]} parts
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
 * @param {SnapshotPart[]} parts
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
