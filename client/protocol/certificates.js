// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Epoch certificates: which key a unit's envelopes are sealed to, and when (docs/protocol.md, section 3.5). */

import { concat } from "./bytes.js";
import { EPOCH_CERT, SERVICE_ID, StructType, UNIT_ID, XWING_PUBLIC } from "./constants.js";
import { Reader, head, u32 } from "./encoding.js";
import { WrongLength } from "./errors.js";
import * as labels from "./labels.js";
import { sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * A unit's X-Wing key for one epoch. Unsigned: its hash stands in the unit's signed manifest.
 * @typedef {object} EpochCert
 * @property {Bytes} serviceId
 * @property {Bytes} unitId
 * @property {number} epoch
 * @property {number} notBefore
 * @property {number} notAfter
 * @property {Bytes} public
 */

/**
 * `version, type, service_id 16, unit_id 16, epoch, not_before, not_after u32 each, key 1216`: 1,262 bytes.
 * @param {EpochCert} cert
 */
function encodeCert(cert) {
  const numbers = [cert.epoch, cert.notBefore, cert.notAfter].map(u32);
  return concat(head(StructType.EPOCH_CERT), cert.serviceId, cert.unitId, ...numbers, cert.public);
}

/**
 * H(cert), 32 bytes: what the manifest names and what every envelope is bound to.
 * @param {EpochCert} cert
 */
export function certHash(cert) {
  return sha256(encodeCert(cert));
}

/**
 * The HPKE info of envelopes sealed to the certificate of this hash: `"s2u" || H(cert)` (step 5.3).
 * @param {Bytes} hash
 */
export function envelopeInfo(hash) {
  return concat(labels.ENVELOPE_INFO, hash);
}

/**
 * Whether the epoch covers `period`.
 * @param {EpochCert} cert
 * @param {number} period
 */
export function holds(cert, period) {
  return cert.notBefore <= period && period <= cert.notAfter;
}

/**
 * Throws Malformed.
 * @param {Bytes} data
 * @returns {EpochCert}
 */
export function parseCert(data) {
  if (data.length !== EPOCH_CERT) throw new WrongLength("epoch certificate");
  const reader = new Reader(data, "epoch certificate");
  reader.struct(StructType.EPOCH_CERT);
  const [serviceId, unitId] = [reader.take(SERVICE_ID), reader.take(UNIT_ID)];
  const [epoch, notBefore] = [reader.u32(), reader.u32()];
  return { serviceId, unitId, epoch, notBefore, notAfter: reader.u32(notBefore), public: reader.take(XWING_PUBLIC) };
}
