// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Operations on blobs (docs/protocol.md, sections 5.10 and 7.4), and the unit's half of them. */

import { sealBlob } from "../../client/protocol/attachments.js";
import { blobId, parsePass, passRequest, posted, postingOrder } from "../../client/protocol/blobs.js";
import { concat, equal, toHex } from "../../client/protocol/bytes.js";
import * as c from "../../client/protocol/constants.js";
import { Reader, head, labelled, u32 } from "../../client/protocol/encoding.js";
import * as errors from "../../client/protocol/errors.js";
import * as labels from "../../client/protocol/labels.js";
import { unpad } from "../../client/protocol/padding.js";
import { aeadOpen, aeadSeal, ed25519Sign, ed25519Verify } from "../../client/protocol/primitives.js";
import { bytes } from "./operations.js";

const HEADER = 26;

const filled = (byte, length) => new Uint8Array(length).fill(bytes(byte)[0]);

const nonceOf = (number, last) => concat(u32(0), u32(number), u32(last ? 1 : 0));

async function openBlob(key, number, last, length, blob, serviceId) {
  if (blob.length !== c.BLOB) throw new errors.WrongLength("blob");
  if (length < 1 || length > c.BLOB_PLAIN || (length < c.BLOB_PLAIN && !last)) throw new errors.BadValue("piece");
  return unpad(await aeadOpen(key, nonceOf(number, last), blob, concat(labels.BLOB_AAD, serviceId)), length);
}

async function madeBlob({ key, service_id: serviceId, number, last, byte, length, fill, flip, more }) {
  const plain = concat(filled(byte, length), filled(fill, c.BLOB_PLAIN - length));
  const blob = await aeadSeal(bytes(key), nonceOf(number, last), plain, concat(labels.BLOB_AAD, bytes(serviceId)));
  if (flip !== null) blob[flip] ^= 1;
  return concat(blob.subarray(0, blob.length + Math.min(0, more)), new Uint8Array(Math.max(0, more)));
}

async function openPiece({ size, key, blobs }, number, blob, serviceId) {
  if (number >= blobs.length) throw new errors.BadValue("blob number");
  const known = blob.length !== c.BLOB || equal(await blobId(blob), bytes(blobs[number]));
  if (!known) throw new errors.BadValue("blob id");
  const length = Math.min(c.BLOB_PLAIN, size - number * c.BLOB_PLAIN);
  return openBlob(bytes(key), number, number === blobs.length - 1, length, blob, bytes(serviceId));
}

const piece = async (found) => ({ size: found.length, hash: toHex(await blobId(found)) });

function parsePassRequest(data) {
  if (data.length !== 3) throw new errors.WrongLength("pass request");
  const reader = new Reader(data, "pass request");
  reader.struct(c.StructType.PASS_REQUEST);
  return reader.u8(1, c.MAX_BLOBS);
}

function parseHead(data, size) {
  const reader = new Reader(data, "blobs");
  reader.struct(c.StructType.BLOBS);
  const [serviceId, period, count] = [reader.take(c.SERVICE_ID), reader.u32(), reader.u32(0, c.MAX_PERIOD_BLOBS)];
  reader.end();
  if (size < HEADER + count * c.BLOB) throw new errors.Truncated("blobs");
  if (size > HEADER + count * c.BLOB) throw new errors.TrailingBytes("blobs");
  return { service_id: toHex(serviceId), period, count };
}

function request({ service_id: serviceId, unit_id: unitId, period, chunk }) {
  const body = concat(head(c.StructType.BLOBS_REQUEST), bytes(serviceId), bytes(unitId), u32(period), u32(chunk));
  return labelled(labels.BLOBS_REQUEST_SIGNATURE, body);
}

export const OPERATIONS = {
  "blob-seal": async ({ key, service_id, number, last, byte, length }) => {
    const blob = await sealBlob(bytes(key), number, last, filled(byte, length), bytes(service_id));
    const [begins, ends] = [toHex(blob.subarray(0, 32)), toHex(blob.subarray(-32))];
    return { size: blob.length, id: toHex(await blobId(blob)), begins, ends };
  },

  "blob-open": async ({ made, key, service_id, number, last, length }) =>
    piece(await openBlob(bytes(key), number, last, length, await madeBlob(made), bytes(service_id))),

  "piece-open": async ({ made, file, number }) => piece(await openPiece(file, number, await madeBlob(made), made.service_id)),

  "blobs-posted": ({ real }) => ({ count: posted(real) }),

  "blobs-order": ({ count, random }) => {
    const draws = random.map(bytes);
    return { order: postingOrder(count, () => draws.shift()), left: draws.length };
  },

  "pass-request": ({ count }) => ({ bytes: toHex(passRequest(count)) }),

  "pass-request-parse": ({ data }) => ({ count: parsePassRequest(bytes(data)) }),

  "pass-parse": ({ answer }) => {
    const { name, blobs } = parsePass(new TextEncoder().encode(answer));
    return { pass: toHex(name), blobs };
  },

  "blobs-head-parse": ({ data, size }) => parseHead(bytes(data), size),

  "blobs-request": ({ seed, ...place }) => ({ signature: toHex(ed25519Sign(bytes(seed), request(place))) }),

  "blobs-request-verify": async ({ signature, ...values }) => {
    await ed25519Verify(bytes(values.public), request(values), bytes(signature));
    return {};
  },
};
