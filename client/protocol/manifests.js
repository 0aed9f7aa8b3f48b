// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a unit signs about a batch, and the certificates that it names (docs/protocol.md, section 6.7). */

import { HEAD_BODY, readSignedHead } from "./anchors.js";
import { concat, equal } from "./bytes.js";
import { certHash, holds, parseCert } from "./certificates.js";
import { HASH, MAX_ROOTS, SERVICE_ID, SIGNATURE, StructType, TREE_NODE, UNIT_ID } from "./constants.js";
import { Reader, labelled } from "./encoding.js";
import { BadPublicKey, BadValue, CertMismatch, CryptoRefused, Malformed, ManifestUnproved } from "./errors.js";
import { checkSealingKey, ed25519Verify } from "./primitives.js";
import { keyAt } from "./units.js";
import * as labels from "./labels.js";

/** @import { SignedHead } from "./anchors.js" */
/** @import { Bytes } from "./bytes.js" */
/** @import { EpochCert } from "./certificates.js" */
/** @import { Unit } from "./units.js" */

export const NO_HASH = new Uint8Array(HASH);
const HASHES = HASH + HASH + TREE_NODE + HASH + HASH + HASH + HASH;
const FIXED = 2 + SERVICE_ID + UNIT_ID + 4 + 4 + HASH + 4 + 4 + 4 + HASHES;
export const MANIFEST_LONGEST = FIXED + 4 + HEAD_BODY + 1 + MAX_ROOTS * (1 + SIGNATURE);

/**
 * What a unit signs about a batch of `q` rows and `m` marks. `prevHash` is zeros and `prevPeriod` 0 at its first.
 * @typedef {object} Manifest
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
 * `q` and `m` may be any: what they may be is asked where a batch is proved. Throws Malformed.
 * @param {Bytes} body
 * @returns {Manifest}
 */
export function parseManifest(body) {
  const reader = new Reader(body, "manifest");
  reader.struct(StructType.MANIFEST);
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
 * The unit's key, valid at the manifest's period, signed it. Throws ManifestUnproved.
 * @param {Bytes} serviceId
 * @param {Unit} unit
 * @param {{manifest: Bytes, signature: Bytes}} batch
 */
export async function verifyManifest(serviceId, unit, batch) {
  try {
    const manifest = parseManifest(batch.manifest);
    const key = keyAt(unit, manifest.period);
    if (!key || !equal(manifest.serviceId, serviceId) || !equal(manifest.unitId, unit.unitId)) {
      throw new ManifestUnproved("names");
    }
    await ed25519Verify(key, labelled(labels.MANIFEST_SIGNATURE, batch.manifest), batch.signature);
    return manifest;
  } catch (error) {
    if (error instanceof CryptoRefused || error instanceof Malformed) throw new ManifestUnproved(error.message);
    throw error;
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
export async function checkCerts(manifest, data) {
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
    await Promise.all(certs.map((cert) => checkSealingKey(cert.public)));
  } catch (error) {
    if (!(error instanceof BadPublicKey)) throw error;
    throw new CertMismatch("key");
  }
  return certs;
}
