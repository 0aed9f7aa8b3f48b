// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Batches, manifests, and the proof that a unit's board is whole (docs/protocol.md, sections 6.7 to 6.9). */

import { HEAD_BODY, readSignedHead } from "./anchors.js";
import { concat, equal, toHex } from "./bytes.js";
import { certHash, holds, parseCert } from "./certificates.js";
import {
  ENTRY,
  EPOCH_CERT,
  HASH,
  MARK,
  MARKS_PER_ENTRY,
  MAX_BOARD,
  MAX_QUOTA,
  MAX_ROOTS,
  MAX_UNITS,
  MAX_WINDOW,
  SERVICE_ID,
  SIGNATURE,
  StructType,
  TAG,
  UNIT_ID,
} from "./constants.js";
import { keyAt } from "./directory.js";
import { Reader, labelled } from "./encoding.js";
import {
  BadPublicKey,
  BadValue,
  BatchAltered,
  BatchForked,
  BatchMissing,
  CertMismatch,
  CryptoRefused,
  Malformed,
  ManifestUnproved,
  UnitMissing,
} from "./errors.js";
import * as labels from "./labels.js";
import { checkSealingKey, ed25519Verify, sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { SignedHead } from "./anchors.js" */
/** @import { EpochCert } from "./certificates.js" */
/** @import { RetiredUnit, Unit } from "./directory.js" */

const NO_HASH = new Uint8Array(HASH);
const MANIFEST_FIXED = 2 + SERVICE_ID + UNIT_ID + 4 + 4 + HASH + 2 + HASH + 4 + HASH + HASH + HASH + HASH;
const MANIFEST_LONGEST = MANIFEST_FIXED + 4 + HEAD_BODY + 1 + MAX_ROOTS * (1 + SIGNATURE);

/**
 * What a unit signs about one batch. `prevHash` is zeros and `prevPeriod` 0 at its first.
 * @typedef {object} Manifest
 * @property {Bytes} serviceId
 * @property {Bytes} unitId
 * @property {number} period
 * @property {number} prevPeriod
 * @property {Bytes} prevHash
 * @property {number} count
 * @property {Bytes} contentHash
 * @property {number} intakePeriod
 * @property {Bytes} intakeRoot
 * @property {Bytes} auditHead
 * @property {SignedHead} head
 * @property {Bytes} certCurrent
 * @property {Bytes} certNext
 */

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
 * A batch that the unit's signature proves, directly or through the chain of hashes.
 * @typedef {{manifest: Manifest, marks: Bytes, entries: Bytes}} ProvedBatch
 */

/**
 * A unit's whole window, oldest first, its two epoch certificates (none without a batch), and the period of its newest
 * batch: first_period - 1 without one (step 6.8).
 * @typedef {{unit: Unit, batches: ProvedBatch[], certs: [EpochCert, EpochCert] | [], newest: number}} ProvedUnit
 */

/**
 * Throws Malformed.
 * @param {Bytes} body
 * @returns {Manifest}
 */
function parseManifest(body) {
  const reader = new Reader(body, "manifest");
  reader.struct(StructType.MANIFEST);
  const [serviceId, unitId, period] = [reader.take(SERVICE_ID), reader.take(UNIT_ID), reader.u32(1)];
  const parsed = {
    ...{ serviceId, unitId, period },
    prevPeriod: reader.u32(0, period - 1),
    prevHash: reader.take(HASH),
    count: reader.u16(0, MAX_QUOTA),
    contentHash: reader.take(HASH),
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
 * The unit's key, valid at the manifest's period, signed it. Throws ManifestUnproved.
 * @param {Bytes} serviceId
 * @param {Unit} unit
 * @param {Batch} batch
 */
function verifyManifest(serviceId, unit, batch) {
  try {
    const manifest = parseManifest(batch.manifest);
    const key = keyAt(unit, manifest.period);
    if (!key || !equal(manifest.serviceId, serviceId) || !equal(manifest.unitId, unit.unitId)) {
      throw new ManifestUnproved("names");
    }
    ed25519Verify(key, labelled(labels.MANIFEST_SIGNATURE, batch.manifest), batch.signature);
    return manifest;
  } catch (error) {
    if (error instanceof CryptoRefused || error instanceof Malformed) throw new ManifestUnproved(error.message);
    throw error;
  }
}

/**
 * Marks and entries are those the manifest names, as many as it says. Throws BatchAltered.
 * @param {Manifest} manifest
 * @param {Batch} batch
 */
async function checkContent(manifest, batch) {
  if (batch.count !== manifest.count || !equal(await sha256(batch.content), manifest.contentHash)) {
    throw new BatchAltered("content");
  }
}

/**
 * Throws CertMismatch.
 * @param {Bytes[]} certs
 * @returns {[EpochCert, EpochCert]}
 */
function parseCerts([current = NO_HASH, following = NO_HASH]) {
  try {
    return [parseCert(current), parseCert(following)];
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new CertMismatch("form");
  }
}

/**
 * The two certificates that the manifest names: of the epoch that holds its period, and the next; both usable.
 * Throws CertMismatch.
 * @param {Manifest} manifest
 * @param {Bytes[]} data
 */
async function checkCerts(manifest, data) {
  const certs = parseCerts(data);
  const [current, following] = certs;
  const hashes = concat(await certHash(current), await certHash(following));
  if (!equal(hashes, concat(manifest.certCurrent, manifest.certNext))) throw new CertMismatch("hash");
  for (const cert of certs) {
    if (!equal(cert.serviceId, manifest.serviceId) || !equal(cert.unitId, manifest.unitId)) {
      throw new CertMismatch("names");
    }
  }
  if (!holds(current, manifest.period) || following.notBefore !== current.notAfter + 1) throw new CertMismatch("epochs");
  try {
    for (const cert of certs) await checkSealingKey(cert.public);
  } catch (error) {
    if (!(error instanceof BadPublicKey)) throw error;
    throw new CertMismatch("key");
  }
  return certs;
}

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
 * @param {Unit | RetiredUnit} place
 * @param {UnitBoard} served
 * @param {number} window
 * @returns {Promise<ProvedUnit>}
 */
export async function proveUnit(serviceId, place, served, window) {
  const retired = "unit" in place ? place : undefined;
  const unit = "unit" in place ? place.unit : place;
  if (!equal(served.unitId, unit.unitId)) throw new UnitMissing("order");
  const last = served.batches.at(-1);
  if (!last) {
    if (retired?.lastPeriod) throw new BatchMissing("last");
    return { unit, batches: [], certs: [], newest: Math.max(unit.firstPeriod - 1, 0) };
  }
  if (served.batches.length > window) throw new BatchForked("more than the window");
  const newest = verifyManifest(serviceId, unit, last);
  await checkContent(newest, last);
  const named = !retired || (newest.period === retired.lastPeriod && equal(await batchHash(last), retired.lastHash));
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
