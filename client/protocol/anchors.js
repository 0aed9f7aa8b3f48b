// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Anchors and heads: what the offline roots sign (docs/protocol.md, section 3.1 to 3.3). */

import { concat, equal, toHex } from "./bytes.js";
import { HASH, KEY, MAX_ANCHORS, MAX_ROOTS, SERVICE_ID, SIGNATURE, StructType } from "./constants.js";
import { Reader, head, labelled, u32, u8 } from "./encoding.js";
import { AnchorChainBroken, BadValue, CryptoRefused, UnderSigned, WrongService } from "./errors.js";
import * as labels from "./labels.js";
import { ed25519Verify, sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */

export const HEAD_BODY = 2 + SERVICE_ID + 4 + 4 + 4 + 4 + HASH; // 66
const ANCHOR_LONGEST = 2 + SERVICE_ID + 4 + 1 + 1 + MAX_ROOTS * KEY;

/**
 * One root's signature: the root's place in the anchor's list, and 64 bytes.
 * @typedef {{index: number, signature: Bytes}} RootSignature
 */

/**
 * The roots of a service: who they are and how many must sign. Clients pin its fingerprint.
 * @typedef {object} Anchor
 * @property {Bytes} serviceId
 * @property {number} version
 * @property {number} threshold
 * @property {Bytes[]} roots
 */

/**
 * An anchor with the signatures of the one before (none at version 1) and of its own roots.
 * @typedef {{anchor: Anchor, byPrevious: RootSignature[], byOwn: RootSignature[]}} SignedAnchor
 */

/**
 * Which directory is the present one: signed by the roots, short-lived.
 * @typedef {object} Head
 * @property {Bytes} serviceId
 * @property {number} anchorVersion
 * @property {number} dirVersion
 * @property {number} issued
 * @property {number} expires
 * @property {Bytes} directoryHash
 */

/**
 * A head with root signatures, and its bytes; whether they hold is for verifyHead to say.
 * @typedef {{head: Head, body: Bytes, signatures: RootSignature[]}} SignedHead
 */

/**
 * `count u8 || count x (index u8 || signature 64)`, indexes strictly rising. Throws Truncated, BadValue.
 * @param {Reader} reader
 */
function readSignatures(reader) {
  /** @type {RootSignature[]} */
  const found = [];
  const count = reader.u8(0, MAX_ROOTS);
  for (let lowest = 0; found.length < count; lowest = (found.at(-1)?.index ?? 0) + 1) {
    found.push({ index: reader.u8(lowest, MAX_ROOTS - 1), signature: reader.take(SIGNATURE) });
  }
  return found;
}

/**
 * A body behind its length, u32. Throws Truncated, BadValue.
 * @param {Reader} reader
 * @param {number} longest
 */
export function readSlice(reader, longest) {
  return reader.take(reader.u32(0, longest));
}

/**
 * `version, type, service_id 16, version u32, threshold u8, count u8, count x key 32`.
 * @param {Anchor} anchor
 */
function encodeAnchor(anchor) {
  const { serviceId, version, threshold, roots } = anchor;
  return concat(head(StructType.ANCHOR), serviceId, u32(version), u8(threshold), u8(roots.length), ...roots);
}

/**
 * H(body), 32 bytes: what is printed and compared.
 * @param {Anchor} anchor
 */
export function fingerprint(anchor) {
  return sha256(encodeAnchor(anchor));
}

/**
 * Throws Malformed.
 * @param {Bytes} body
 * @returns {Anchor}
 */
function parseAnchor(body) {
  const reader = new Reader(body, "anchor");
  reader.struct(StructType.ANCHOR);
  const serviceId = reader.take(SERVICE_ID);
  const [version, threshold] = [reader.u32(1, MAX_ANCHORS), reader.u8(1, MAX_ROOTS)];
  const roots = Array.from({ length: reader.u8(threshold, MAX_ROOTS) }, () => reader.take(KEY));
  reader.end();
  if (new Set(roots.map(toHex)).size !== roots.length) throw new BadValue("anchor roots");
  return { serviceId, version, threshold, roots };
}

/**
 * Throws Malformed.
 * @param {Reader} reader
 * @returns {SignedAnchor}
 */
export function readSignedAnchor(reader) {
  const anchor = parseAnchor(readSlice(reader, ANCHOR_LONGEST));
  const signed = { anchor, byPrevious: readSignatures(reader), byOwn: readSignatures(reader) };
  if (anchor.version === 1 && signed.byPrevious.length) throw new BadValue("anchor before the first");
  return signed;
}

/**
 * One signed anchor and nothing else: the content of an anchor file. Throws Malformed.
 * @param {Bytes} data
 */
export function parseSignedAnchor(data) {
  const reader = new Reader(data, "anchor");
  const signed = readSignedAnchor(reader);
  reader.end();
  return signed;
}

/**
 * Throws Malformed.
 * @param {Bytes} body
 * @returns {Head}
 */
function parseHead(body) {
  const reader = new Reader(body, "head");
  reader.struct(StructType.HEAD);
  const serviceId = reader.take(SERVICE_ID);
  const [anchorVersion, dirVersion, issued] = [reader.u32(1), reader.u32(1), reader.u32()];
  const parsed = { serviceId, anchorVersion, dirVersion, issued, expires: reader.u32(issued) };
  const directoryHash = reader.take(HASH);
  reader.end();
  return { ...parsed, directoryHash };
}

/**
 * Throws Malformed.
 * @param {Reader} reader
 * @returns {SignedHead}
 */
export function readSignedHead(reader) {
  const body = readSlice(reader, HEAD_BODY);
  return { head: parseHead(body), body, signatures: readSignatures(reader) };
}

/**
 * At least `anchor.threshold` distinct roots signed; a signature that fails is refused. Throws UnderSigned.
 * @param {Anchor} anchor
 * @param {Bytes} label
 * @param {Bytes} body
 * @param {RootSignature[]} signatures
 */
async function verifyThreshold(anchor, label, body, signatures) {
  for (const { index, signature } of signatures) {
    const root = anchor.roots[index];
    if (!root) throw new UnderSigned("unknown root");
    try {
      await ed25519Verify(root, labelled(label, body), signature);
    } catch (error) {
      if (!(error instanceof CryptoRefused)) throw error;
      throw new UnderSigned("bad signature");
    }
  }
  if (signatures.length < anchor.threshold) throw new UnderSigned(`${signatures.length} of ${anchor.threshold}`);
}

/**
 * An anchor that is being pinned: its own threshold signed it. Throws UnderSigned.
 * @param {SignedAnchor} signed
 */
export async function verifyFirstAnchor(signed) {
  await verifyThreshold(signed.anchor, labels.ANCHOR_SIGNATURE, encodeAnchor(signed.anchor), signed.byOwn);
  return signed.anchor;
}

/**
 * Follow the served anchors 1..v from the pinned one (step 3.2); answers pinned and later ones, oldest first.
 * Anchors before the pinned one prove nothing and are not used. Throws WrongService, AnchorChainBroken.
 * @param {Anchor} pinned
 * @param {SignedAnchor[]} served
 */
export async function verifyAnchorChain(pinned, served) {
  for (const [place, { anchor }] of served.entries()) {
    if (!equal(anchor.serviceId, pinned.serviceId)) throw new WrongService("anchor");
    if (anchor.version !== place + 1) throw new AnchorChainBroken("versions");
  }
  const shown = served[pinned.version - 1];
  if (!shown || !equal(encodeAnchor(shown.anchor), encodeAnchor(pinned))) throw new AnchorChainBroken("pinned anchor");
  const trusted = [pinned];
  let newest = pinned;
  for (const signed of served.slice(pinned.version)) {
    const body = encodeAnchor(signed.anchor);
    try {
      await verifyThreshold(newest, labels.ANCHOR_SIGNATURE, body, signed.byPrevious);
      await verifyThreshold(signed.anchor, labels.ANCHOR_SIGNATURE, body, signed.byOwn);
    } catch (error) {
      if (!(error instanceof UnderSigned)) throw error;
      throw new AnchorChainBroken(error.where);
    }
    newest = signed.anchor;
    trusted.push(newest);
  }
  return trusted;
}

/**
 * The anchor that the head names signed it. Throws WrongService, UnderSigned, AnchorChainBroken.
 * @param {Anchor[]} anchors
 * @param {SignedHead} signed
 */
export async function verifyHead(anchors, signed) {
  const found = signed.head;
  if (anchors.some((anchor) => !equal(found.serviceId, anchor.serviceId))) throw new WrongService("head");
  const named = anchors.find((anchor) => anchor.version === found.anchorVersion);
  if (!named) throw new AnchorChainBroken("head names an anchor that is not known");
  await verifyThreshold(named, labels.HEAD_SIGNATURE, signed.body, signed.signatures);
  return found;
}
