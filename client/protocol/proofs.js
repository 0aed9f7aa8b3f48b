// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The proof that a unit's newest batch is what it signed (docs/protocol.md, section 6.8). */

import { batchHash } from "./batches.js";
import { equal } from "./bytes.js";
import { BatchAltered, BatchMissing, Malformed, UnitMissing } from "./errors.js";
import { parseIndex } from "./index.js";
import { checkCerts, verifyManifest } from "./manifests.js";
import { sha256 } from "./primitives.js";

/** @import { UnitBoard } from "./batches.js" */
/** @import { Bytes } from "./bytes.js" */
/** @import { EpochCert } from "./certificates.js" */
/** @import { Index } from "./index.js" */
/** @import { Manifest } from "./manifests.js" */
/** @import { BoardPlace, Unit } from "./units.js" */

/**
 * A batch that the unit's signature proves.
 * @typedef {{manifest: Manifest, index: Index, rows: Bytes}} ProvedBatch
 */

/**
 * A unit's newest batch, if it has one, its two epoch certificates (none without a batch), and the period of the batch:
 * first_period - 1 without one (step 6.8).
 * @typedef {{unit: Unit, batch: ProvedBatch | undefined, certs: [EpochCert, EpochCert] | [], newest: number}} ProvedUnit
 */

/**
 * Throws BatchAltered.
 * @param {Manifest} manifest
 * @param {Bytes} index
 */
async function proveIndex({ q, m, indexHash }, index) {
  if (!equal(await sha256(index), indexHash)) throw new BatchAltered("index");
  try {
    return parseIndex(index, q, m);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new BatchAltered("index form");
  }
}

/**
 * Prove a unit's newest batch (step 6.8). Throws BoardAltered: each of them is a proof.
 * @param {Bytes} serviceId
 * @param {BoardPlace} place
 * @param {UnitBoard | undefined} served its part of the board; undefined where there is none
 * @param {Bytes} rows what was cut for it
 * @returns {Promise<ProvedUnit>}
 */
export async function proveUnit(serviceId, place, served, rows) {
  const { unit, lastPeriod, lastHash } = place;
  if (!served || !equal(served.unitId, unit.unitId)) throw new UnitMissing("board");
  const { batch } = served;
  if (!batch) {
    if (lastPeriod) throw new BatchMissing("last");
    return { unit, batch: undefined, certs: [], newest: Math.max(unit.firstPeriod - 1, 0) };
  }
  const manifest = await verifyManifest(serviceId, unit, batch);
  const named = !lastHash || (manifest.period === lastPeriod && equal(await batchHash(batch), lastHash));
  if (!named) throw new BatchMissing("last");
  const index = await proveIndex(manifest, batch.index);
  const certs = await checkCerts(manifest, batch.certs);
  if (!equal(await sha256(rows), manifest.rowsHash)) throw new BatchAltered("rows");
  return { unit, batch: { manifest, index, rows }, certs, newest: manifest.period };
}
