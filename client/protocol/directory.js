// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The directory: policy and units, as the roots sign it (docs/protocol.md, section 3.4). */

import { readSignedAnchor, readSignedHead, readSlice, verifyAnchorChain, verifyHead } from "./anchors.js";
import { equal, toHex, utf8 } from "./bytes.js";
import {
  HASH,
  KEY,
  LONGEST_PERIOD,
  MAX_ANCHORS,
  MAX_DIRECTORY,
  MAX_FORCES_PER_UNIT,
  MAX_KEYS_PER_UNIT,
  MAX_NAME,
  MAX_QUOTA,
  MAX_SEGMENT_ENVELOPES,
  MAX_SLUG,
  MAX_UNITS,
  MAX_WINDOW,
  SERVICE_ID,
  SHORTEST_PERIOD,
  StructType,
  UNIT_ID,
  UnitKind,
  XWING_PUBLIC,
} from "./constants.js";
import { Reader } from "./encoding.js";
import { AnchorOlder, BadText, BadValue, DirectoryMismatch, UnknownUnit, WrongService } from "./errors.js";
import { sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { Anchor, SignedAnchor, SignedHead } from "./anchors.js" */

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/u;
const PAUSED = 1;
const KINDS = Object.values(UnitKind);

/**
 * The service's numbers. `period` and `collect` in seconds, `window` and `repost` in a unit's batches, every other span
 * in periods.
 * @typedef {object} Policy
 * @property {number} period
 * @property {number} collect
 * @property {number} window
 * @property {number} repost
 * @property {number} retention
 * @property {number} epoch
 * @property {number} giveUp
 * @property {number} silentAfter
 * @property {number} clockSlack
 * @property {number} headLife
 * @property {number} intakePerPeriod
 */

/**
 * One receiving unit. `forces` it serves, `conflicts`: forces whose reports it must never get.
 * @typedef {object} Unit
 * @property {Bytes} unitId
 * @property {string} slug
 * @property {string} name
 * @property {number} kind
 * @property {string[]} forces
 * @property {{public: Bytes, firstPeriod: number}[]} keys
 * @property {Bytes} contactPk
 * @property {number} firstPeriod
 * @property {number} notAfter
 * @property {number} boardQuota
 * @property {Bytes} successor
 * @property {string[]} conflicts
 * @property {boolean} paused
 */

/**
 * A unit that ended: its board stays readable up to its last batch.
 * @typedef {{unit: Unit, lastPeriod: number, lastHash: Bytes}} RetiredUnit
 */

/**
 * The body that the head's hash covers.
 * @typedef {object} Directory
 * @property {Bytes} serviceId
 * @property {Policy} policy
 * @property {Unit[]} units
 * @property {RetiredUnit[]} retired
 * @property {Bytes[]} revoked
 */

/**
 * What `GET /v1/directory` carries, parsed and not yet believed.
 * @typedef {{anchors: SignedAnchor[], head: SignedHead, body: Bytes}} UntrustedDirectory
 */

/**
 * A directory that the pinned roots' threshold signed. Whether its head is still fresh is for the flow to judge.
 * @typedef {{anchors: Anchor[], signedHead: SignedHead, directory: Directory}} VerifiedDirectory
 */

/** @param {Reader} reader @returns {Policy} */
function readPolicy(reader) {
  const policy = {
    period: reader.u32(SHORTEST_PERIOD, LONGEST_PERIOD),
    collect: reader.u32(1),
    window: reader.u32(3, MAX_WINDOW),
    repost: reader.u32(1),
    retention: reader.u32(1, MAX_WINDOW),
    epoch: reader.u32(1),
    giveUp: reader.u32(1),
    silentAfter: reader.u32(1),
    clockSlack: reader.u32(1),
    headLife: reader.u32(1),
    intakePerPeriod: reader.u32(1, MAX_SEGMENT_ENVELOPES),
  };
  if (policy.collect > policy.period || policy.repost > policy.window) throw new BadValue("policy");
  return policy;
}

/**
 * The unit's signing key valid at `period`; undefined before the first.
 * @param {Unit} unit
 * @param {number} period
 */
export function keyAt(unit, period) {
  return unit.keys.findLast((key) => key.firstPeriod <= period)?.public;
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
 * Lower-case words of letters and digits joined by single hyphens. Throws BadText.
 * @param {string} slug
 */
export function checkSlug(slug) {
  if (slug.length > MAX_SLUG || !SLUG.test(slug)) throw new BadText("slug");
  return slug;
}

/**
 * A unit's printed name: not empty, printable characters only, at most 120 bytes. Throws BadText.
 * @param {string} name
 */
export function checkName(name) {
  if (!name || UNPRINTABLE.test(name) || utf8(name).length > MAX_NAME) throw new BadText("name");
  return name;
}

/**
 * No value twice. Throws BadValue.
 * @param {string[]} values
 * @param {string} name
 */
function checkUnique(values, name) {
  if (new Set(values).size !== values.length) throw new BadValue(name);
}

/** @param {Reader} reader */
function readSlugs(reader) {
  const count = reader.u8(0, MAX_FORCES_PER_UNIT);
  const slugs = Array.from({ length: count }, () => checkSlug(reader.text(1, MAX_SLUG)));
  checkUnique(slugs, "slugs");
  return slugs;
}

/** @param {Reader} reader */
function readKeys(reader) {
  /** @type {Unit["keys"]} */
  const keys = [];
  const count = reader.u8(1, MAX_KEYS_PER_UNIT);
  for (let lowest = 0; keys.length < count; lowest = (keys.at(-1)?.firstPeriod ?? 0) + 1) {
    keys.push({ public: reader.take(KEY), firstPeriod: reader.u32(lowest) });
  }
  return keys;
}

/** @param {Reader} reader */
function readContact(reader) {
  const length = reader.u16(0, XWING_PUBLIC);
  if (length !== 0 && length !== XWING_PUBLIC) throw new BadValue("contact key");
  return reader.take(length);
}

/**
 * Throws Malformed.
 * @param {Reader} reader
 * @returns {Unit}
 */
function readUnit(reader) {
  const unitId = reader.take(UNIT_ID);
  const [slug, name] = [checkSlug(reader.text(1, MAX_SLUG)), checkName(reader.text(1, MAX_NAME))];
  const kind = reader.u8(Math.min(...KINDS), Math.max(...KINDS));
  const [forces, keys, contactPk] = [readSlugs(reader), readKeys(reader), readContact(reader)];
  const firstPeriod = reader.u32();
  return {
    ...{ unitId, slug, name, kind, forces, keys, contactPk, firstPeriod },
    notAfter: reader.u32(firstPeriod),
    boardQuota: reader.u16(1, MAX_QUOTA),
    successor: reader.take(UNIT_ID),
    conflicts: readSlugs(reader),
    paused: reader.u8(0, PAUSED) === PAUSED,
  };
}

/** @param {Reader} reader @returns {RetiredUnit} */
function readRetired(reader) {
  return { unit: readUnit(reader), lastPeriod: reader.u32(), lastHash: reader.take(HASH) };
}

/**
 * Throws Malformed.
 * @param {Bytes} body
 * @returns {Directory}
 */
function parseDirectory(body) {
  const reader = new Reader(body, "directory");
  reader.struct(StructType.DIRECTORY);
  const serviceId = reader.take(SERVICE_ID);
  const policy = readPolicy(reader);
  const units = Array.from({ length: reader.u16(0, MAX_UNITS) }, () => readUnit(reader));
  const retired = Array.from({ length: reader.u16(0, MAX_UNITS) }, () => readRetired(reader));
  const revoked = Array.from({ length: reader.u16(0, MAX_UNITS) }, () => reader.take(UNIT_ID));
  reader.end();
  const onBoard = [...units, ...retired.map((one) => one.unit)];
  checkUnique([...onBoard.map((unit) => unit.unitId), ...revoked].map(toHex), "directory names");
  checkUnique(
    onBoard.map((unit) => unit.slug),
    "directory names",
  );
  return { serviceId, policy, units, retired, revoked };
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
  const anchors = verifyAnchorChain(pinned, untrusted.anchors);
  const found = verifyHead(anchors, untrusted.head);
  if (found.anchorVersion !== anchors.at(-1)?.version) throw new AnchorOlder("head");
  if (!equal(await sha256(untrusted.body), found.directoryHash)) throw new DirectoryMismatch("hash");
  const directory = parseDirectory(untrusted.body);
  if (!equal(directory.serviceId, pinned.serviceId)) throw new WrongService("directory");
  return { anchors, signedHead: untrusted.head, directory };
}
