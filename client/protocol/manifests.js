// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a unit signs about a batch, and the certificates that it names (docs/protocol.md, section 6.7). */

import { HEAD_BODY, readSignedHead } from "./anchors.js";
import { concat, equal } from "./bytes.js";
import { certHash, holds, parseCert } from "./certificates.js";
import { HASH, MAX_QUOTA, MAX_ROOTS, SERVICE_ID, SIGNATURE, StructType, UNIT_ID } from "./constants.js";
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
const MANIFEST_FIXED = 2 + SERVICE_ID + UNIT_ID + 4 + 4 + HASH + 2 + HASH + 4 + HASH + HASH + HASH + HASH;
export const MANIFEST_LONGEST = MANIFEST_FIXED + 4 + HEAD_BODY + 1 + MAX_ROOTS * (1 + SIGNATURE);

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
 * Throws Malformed.
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
 * What a manifest of either board names besides its own content.
 * @typedef {{serviceId: Bytes, unitId: Bytes, period: number, certCurrent: Bytes, certNext: Bytes}} Names
 */

/**
 * The unit's key, valid at the manifest's period, signed it. Throws ManifestUnproved.
 * @param {Bytes} serviceId
 * @param {Unit} unit
 * @param {{manifest: Bytes, signature: Bytes}} batch
 */
export function verifyManifest(serviceId, unit, batch) {
  return verifySigned(parseManifest, serviceId, unit, batch).manifest;
}

/**
 * A manifest as `parse` reads it, and the unit's key, valid at its period, that signed it. Throws ManifestUnproved.
 * @template {Names} Named
 * @param {(body: Bytes) => Named} parse
 * @param {Bytes} serviceId
 * @param {Unit} unit
 * @param {{manifest: Bytes, signature: Bytes}} batch
 */
export function verifySigned(parse, serviceId, unit, batch) {
  try {
    const manifest = parse(batch.manifest);
    const key = keyAt(unit, manifest.period);
    if (!key || !equal(manifest.serviceId, serviceId) || !equal(manifest.unitId, unit.unitId)) {
      throw new ManifestUnproved("names");
    }
    ed25519Verify(key, labelled(labels.MANIFEST_SIGNATURE, batch.manifest), batch.signature);
    return { manifest, key };
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
 * @param {Names} manifest
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
    for (const cert of certs) await checkSealingKey(cert.public);
  } catch (error) {
    if (!(error instanceof BadPublicKey)) throw error;
    throw new CertMismatch("key");
  }
  return certs;
}
