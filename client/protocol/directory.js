// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The directory: policy and units, as the roots sign it (docs/protocol.md, section 3.4). */

import { readSignedAnchor, readSignedHead, readSlice, verifyAnchorChain, verifyHead } from "./anchors.js";
import { equal, toHex } from "./bytes.js";
import { DIRECTORY_VERSION, KEY, MAX_ANCHORS, MAX_DIRECTORY, MAX_MIRRORS, MAX_UNITS, MIRROR_ID, SERVICE_ID, StructType, UNIT_ID } from "./constants.js";
import { Reader } from "./encoding.js";
import { AnchorOlder, BadValue, DirectoryMismatch, UnknownUnit, WrongService } from "./errors.js";
import { readPolicy } from "./policy.js";
import { sha256 } from "./primitives.js";
import { checkUnique, readRetired, readUnit } from "./units.js";

/** @import { Anchor, SignedAnchor, SignedHead } from "./anchors.js" */
/** @import { Bytes } from "./bytes.js" */
/** @import { Policy } from "./policy.js" */
/** @import { BoardPlace, Unit } from "./units.js" */

/**
 * The body that the head's hash covers.
 * @typedef {object} Directory
 * @property {Bytes} serviceId
 * @property {Policy} policy
 * @property {Unit[]} units
 * @property {BoardPlace[]} retired
 * @property {Bytes[]} revoked
 * @property {{mirrorId: Bytes, key: Bytes}[]} mirrors
 */

/**
 * What `GET /v1/directory` carries, parsed and not yet believed.
 * @typedef {{anchors: SignedAnchor[], head: SignedHead, body: Bytes}} UntrustedDirectory
 */

/**
 * A directory that the pinned roots' threshold signed. Whether its head is still fresh is for the flow to judge.
 * @typedef {{anchors: Anchor[], signedHead: SignedHead, directory: Directory}} VerifiedDirectory
 */

/**
 * In the order of the board: present units, then retired ones.
 * @param {Directory} directory
 * @returns {BoardPlace[]}
 */
export function places(directory) {
  return [...directory.units.map((unit) => ({ unit })), ...directory.retired];
}

/**
 * The present unit of that slug. Throws UnknownUnit.
 * @param {Directory} directory
 * @param {string} slug
 */
export function unitOf(directory, slug) {
  const found = directory.units.find((unit) => unit.slug === slug);
  if (!found) throw new UnknownUnit("slug");
  return found;
}

/**
 * Throws Malformed.
 * @param {Bytes} body
 * @returns {Directory}
 */
function parseDirectory(body) {
  const reader = new Reader(body, "directory");
  reader.struct(StructType.DIRECTORY, DIRECTORY_VERSION);
  const serviceId = reader.take(SERVICE_ID);
  const policy = readPolicy(reader);
  const readMirror = () => ({ mirrorId: reader.take(MIRROR_ID), key: reader.take(KEY) });
  const mirrors = Array.from({ length: reader.u8(0, MAX_MIRRORS) }, readMirror);
  const units = Array.from({ length: reader.u16(0, MAX_UNITS) }, () => readUnit(reader));
  const retired = Array.from({ length: reader.u16(0, MAX_UNITS) }, () => readRetired(reader));
  const revoked = Array.from({ length: reader.u16(0, MAX_UNITS) }, () => reader.take(UNIT_ID));
  reader.end();
  checkUnique(
    mirrors.map((one) => toHex(one.mirrorId)),
    "directory names",
  );
  const onBoard = [...units, ...retired.map((one) => one.unit)];
  checkUnique([...onBoard.map((unit) => unit.unitId), ...revoked].map(toHex), "directory names");
  checkUnique(
    onBoard.map((unit) => unit.slug),
    "directory names",
  );
  if (policy.mirrorsAsked > mirrors.length) throw new BadValue("mirrors asked");
  return { serviceId, policy, units, retired, revoked, mirrors };
}

/**
 * The present unit that goes on for one that is paused or has ended, by way of others that gave up too; undefined where
 * nobody does, or where it receives (step 6.11).
 * @param {Directory} directory
 * @param {Unit} unit
 * @returns {Unit | undefined}
 */
export function successorOf({ units, retired }, unit) {
  const known = new Map([...units, ...retired.map((one) => one.unit)].map((one) => [toHex(one.unitId), one]));
  const receives = (/** @type {Unit} */ one) => units.includes(one) && !one.paused;
  /** @type {Unit | undefined} */
  let found = known.get(toHex(unit.unitId));
  if (!found || receives(found)) return undefined;
  for (let steps = 0; found && steps < known.size; steps++) {
    found = isNobody(found.successor) ? undefined : known.get(toHex(found.successor));
    if (!found || receives(found)) return found;
  }
  return undefined;
}

/** @param {Bytes} unitId */
function isNobody(unitId) {
  return unitId.every((byte) => byte === 0);
}

/**
 * Throws Malformed.
 * @param {Bytes} data
 * @returns {UntrustedDirectory}
 */
export function parseSignedDirectory(data) {
  if (data.length > MAX_DIRECTORY) throw new BadValue("directory size");
  const reader = new Reader(data, "signed directory");
  reader.struct(StructType.SIGNED_DIRECTORY);
  const anchors = Array.from({ length: reader.u16(1, MAX_ANCHORS) }, () => readSignedAnchor(reader));
  const parsed = { anchors, head: readSignedHead(reader), body: readSlice(reader, MAX_DIRECTORY) };
  reader.end();
  return parsed;
}

/**
 * Anchors follow from the pinned one, the head is signed under the newest, the directory is the head's (step 3.6).
 * Throws TrustError, Malformed.
 * @param {Anchor} pinned
 * @param {UntrustedDirectory} untrusted
 * @returns {Promise<VerifiedDirectory>}
 */
export async function verifyDirectory(pinned, untrusted) {
  const anchors = await verifyAnchorChain(pinned, untrusted.anchors);
  const found = await verifyHead(anchors, untrusted.head);
  if (found.anchorVersion !== anchors.at(-1)?.version) throw new AnchorOlder("head");
  if (!equal(await sha256(untrusted.body), found.directoryHash)) throw new DirectoryMismatch("hash");
  const directory = parseDirectory(untrusted.body);
  if (!equal(directory.serviceId, pinned.serviceId)) throw new WrongService("directory");
  return { anchors, signedHead: untrusted.head, directory };
}
