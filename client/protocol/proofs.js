// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The proof that a unit's board is whole (docs/protocol.md, sections 6.8 and 6.9). */

import { batchHash, checkContent } from "./batches.js";
import { equal } from "./bytes.js";
import { MARK, MARKS_PER_ENTRY } from "./constants.js";
import { BatchAltered, BatchForked, BatchMissing, Malformed, UnitMissing } from "./errors.js";
import { parseIndex } from "./index.js";
import { NO_HASH, checkCerts, parseManifest, verifyManifest, verifySigned } from "./manifests.js";
import { sha256 } from "./primitives.js";
import { parseSnapshotManifest, snapshotHash } from "./snapshots.js";

/** @import { Batch, UnitBoard } from "./batches.js" */
/** @import { Bytes } from "./bytes.js" */
/** @import { EpochCert } from "./certificates.js" */
/** @import { Index } from "./index.js" */
/** @import { Manifest } from "./manifests.js" */
/** @import { SnapshotManifest, SnapshotPart } from "./snapshots.js" */
/** @import { BoardPlace, Unit } from "./units.js" */

/**
 * A batch that the unit's signature proves, directly or through the chain of hashes.
 * @typedef {{manifest: Manifest, marks: Bytes, entries: Bytes}} ProvedBatch
 */

/**
 * A unit's whole window, oldest first, its two epoch certificates (none without a batch), and the period of its newest
 * batch: first_period - 1 without one (step 6.8).
 * @typedef {{unit: Unit, batches: ProvedBatch[], certs: [EpochCert, EpochCert] | [], newest: number}} ProvedUnit
 */

/**
 * A manifest that only a hash vouches for. Throws BatchAltered.
 * @param {Batch} batch
 */
function parseOlder(batch) {
  try {
    return parseManifest(batch.manifest);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new BatchAltered("manifest");
  }
}

/**
 * The batch before `manifest`: proved by its hash. Throws BatchForked, BatchAltered, BatchMissing.
 * @param {Manifest} manifest
 * @param {Batch} older
 */
async function proveOlder(manifest, older) {
  if (equal(manifest.prevHash, NO_HASH)) throw new BatchForked("before the first");
  const vouched = equal(await batchHash(older), manifest.prevHash);
  const parsed = parseOlder(older);
  if (!vouched) throw parsed.period < manifest.prevPeriod ? new BatchMissing("chain") : new BatchForked("chain");
  if (parsed.period !== manifest.prevPeriod || !equal(parsed.unitId, manifest.unitId)) throw new BatchForked("period");
  await checkContent(parsed, older);
  return parsed;
}

/**
 * @param {Manifest} manifest
 * @param {Batch} batch
 * @returns {ProvedBatch}
 */
function proved(manifest, { count, content }) {
  const marks = count * MARKS_PER_ENTRY * MARK;
  return { manifest, marks: content.subarray(0, marks), entries: content.subarray(marks) };
}

/**
 * Prove a unit's whole window (step 6.8): newest signature, hashes back, every batch there, counts right.
 * Throws BoardAltered: each of them is a proof.
 * @param {Bytes} serviceId
 * @param {BoardPlace} place
 * @param {UnitBoard} served
 * @param {number} window
 * @returns {Promise<ProvedUnit>}
 */
export async function proveUnit(serviceId, place, served, window) {
  const { unit, lastPeriod, lastHash } = place;
  if (!equal(served.unitId, unit.unitId)) throw new UnitMissing("order");
  const last = served.batches.at(-1);
  if (!last) {
    if (lastPeriod) throw new BatchMissing("last");
    return { unit, batches: [], certs: [], newest: Math.max(unit.firstPeriod - 1, 0) };
  }
  if (served.batches.length > window) throw new BatchForked("more than the window");
  const newest = verifyManifest(serviceId, unit, last);
  await checkContent(newest, last);
  const named = !lastHash || (newest.period === lastPeriod && equal(await batchHash(last), lastHash));
  if (!named) throw new BatchMissing("last");
  const batches = [proved(newest, last)];
  let oldest = newest;
  for (const older of served.batches.slice(0, -1).reverse()) {
    oldest = await proveOlder(oldest, older);
    batches.unshift(proved(oldest, older));
  }
  if (batches.length < window && oldest.prevPeriod !== 0) throw new BatchMissing("window");
  return { unit, batches, certs: await checkCerts(newest, served.certs), newest: newest.period };
}

/**
 * A batch of the snapshot board that the unit's signature proves, and the key that signed it.
 * @typedef {{manifest: SnapshotManifest, key: Bytes, index: Index, rows: Bytes}} SnapshotBatch
 */

/**
 * A unit's newest batch, if it has one, its two epoch certificates (none without a batch), and the period of the batch:
 * first_period - 1 without one (step 6a.8).
 * @typedef {{unit: Unit, batch: SnapshotBatch | undefined, certs: [EpochCert, EpochCert] | [], newest: number}} ProvedSnapshot
 */

/**
 * Pairs of q and m.
 * @typedef {[number, number][]} Sizes
 */

/**
 * Throws BatchAltered.
 * @param {SnapshotManifest} manifest
 * @param {Bytes} index
 * @param {Sizes | undefined} allowed
 */
async function proveIndex({ q, m, indexHash }, index, allowed) {
  if (allowed && !allowed.some(([rows, marks]) => rows === q && marks === m)) throw new BatchAltered("sizes");
  if (!equal(await sha256(index), indexHash)) throw new BatchAltered("index");
  try {
    return parseIndex(index, q, m);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new BatchAltered("index form");
  }
}

/**
 * Prove a unit's newest batch (step 6a.8). Throws BoardAltered: each of them is a proof.
 * @param {Bytes} serviceId
 * @param {BoardPlace} place
 * @param {SnapshotPart | undefined} served its part of the board
 * @param {Bytes} rows what was cut for it
 * @param {Sizes} [allowed] those that a directory allows or lately did; not asked where it is left out
 * @returns {Promise<ProvedSnapshot>}
 */
export async function proveSnapshot(serviceId, place, served, rows, allowed) {
  const { unit, lastPeriod, lastHash } = place;
  if (!served || !equal(served.unitId, unit.unitId)) throw new UnitMissing("board");
  const { snapshot } = served;
  if (!snapshot) {
    if (lastPeriod) throw new BatchMissing("last");
    return { unit, batch: undefined, certs: [], newest: Math.max(unit.firstPeriod - 1, 0) };
  }
  const { manifest, key } = verifySigned(parseSnapshotManifest, serviceId, unit, snapshot);
  const named = !lastHash || (manifest.period === lastPeriod && equal(await snapshotHash(snapshot), lastHash));
  if (!named) throw new BatchMissing("last");
  const index = await proveIndex(manifest, snapshot.index, allowed);
  const certs = await checkCerts(manifest, snapshot.certs);
  if (!equal(await sha256(rows), manifest.rowsHash)) throw new BatchAltered("rows");
  return { unit, batch: { manifest, key, index, rows }, certs, newest: manifest.period };
}
