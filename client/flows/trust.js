// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What a client believes of a directory and a board: proofs, warnings, and whom it may write to.
 *
 * docs/protocol.md, sections 3.6 and 6.8 (reading) and 3.5 (certificates).
 */

import { verifyHead } from "../protocol/anchors.js";
import { toHex } from "../protocol/bytes.js";
import { boardId, parseBoard, parseRows } from "../protocol/batches.js";
import { proveUnit } from "../protocol/proofs.js";
import { holds } from "../protocol/certificates.js";
import { parseSignedDirectory, places, verifyDirectory } from "../protocol/directory.js";
import {
  AnchorOlder,
  BoardAltered,
  HeadExpired,
  HeadOlder,
  TrustError,
  UnitCannotReceive,
  UnitConflicted,
} from "../protocol/errors.js";

/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { Anchor } from "../protocol/anchors.js" */
/** @import { UnitBoard } from "../protocol/batches.js" */
/** @import { ProvedUnit } from "../protocol/proofs.js" */
/** @import { EpochCert } from "../protocol/certificates.js" */
/** @import { VerifiedDirectory } from "../protocol/directory.js" */

/** Why a unit cannot receive, where the signed list says so: no server can bring that about. */
const BY_THE_LIST = new Set(["retired", "paused", "ended"]);

/**
 * A plain warning: `code` is replies-altered, clock, silent or, of a whole visit, not-acknowledged; `slug` and `name` the unit it is about (clock: empty);
 * `days` how many periods a silent unit has been silent, or how far the clock is off (negative: behind).
 * @typedef {{code: "replies-altered" | "clock" | "silent" | "not-acknowledged", slug: string, name: string, days: number, proof: string}} Warned
 */

/**
 * A directory and a board that were read together, and what follows from them. While `clockSuspect`, nothing is sent
 * until the person confirms.
 * @typedef {object} Judged
 * @property {VerifiedDirectory} directory
 * @property {ProvedUnit[]} units
 * @property {Warned[]} warnings
 * @property {number} reached
 * @property {number} now
 * @property {boolean} clockSuspect
 */

/**
 * A unit whose board is proved, by slug.
 * @param {Judged} judged
 * @param {string} slug
 */
export function provedUnit(judged, slug) {
  return judged.units.find((one) => one.unit.slug === slug);
}

/**
 * A board's parts and the rows of each, by unit_id in hex. Nothing is believed yet.
 * @typedef {Map<string, {part: UnitBoard, rows: Bytes}>} ServedBoard
 */

/**
 * The answers that came one after another. Throws Malformed, RowsMismatch.
 * @param {Bytes} directoryBytes
 * @param {Bytes} boardBytes
 * @param {Bytes} rowsBytes
 * @returns {Promise<ServedBoard>}
 */
export async function cutBoard(directoryBytes, boardBytes, rowsBytes) {
  const parts = parseBoard(boardBytes);
  const rows = parseRows(rowsBytes, await boardId(directoryBytes, boardBytes), parts);
  return new Map(parts.map((part, at) => [toHex(part.unitId), { part, rows: /** @type {Bytes} */ (rows[at]) }]));
}

/**
 * Every unit's newest batch; a unit whose part is missing or wrong is a warning, and its board is not used. What the
 * browser's own cryptography does of it is done beside the rest.
 * @param {VerifiedDirectory} verified
 * @param {ServedBoard} board
 */
async function proveAll({ directory }, board) {
  const found = places(directory).map(async (place) => {
    const { unitId, slug, name } = place.unit;
    const served = board.get(toHex(unitId));
    try {
      return { proved: await proveUnit(directory.serviceId, place, served?.part, served?.rows ?? new Uint8Array(0)) };
    } catch (error) {
      if (!(error instanceof BoardAltered)) throw error;
      return { warning: /** @type {Warned} */ ({ code: "replies-altered", slug, name, days: 0, proof: error.code }) };
    }
  });
  const all = await Promise.all(found);
  const proved = all.flatMap((one) => one.proved ?? []);
  return { proved, warnings: all.flatMap((one) => one.warning ?? []) };
}

/**
 * The heads in the units' newest manifests that verify; others do not count. Most are the same one: it is verified once.
 * @param {VerifiedDirectory} verified
 * @param {ProvedUnit[]} proved
 */
async function newestHeads(verified, proved) {
  const heads = new Map(
    proved.flatMap(({ batch }) => batch ?? []).map(({ manifest: { head } }) => {
      const signatures = head.signatures.map(({ index, signature }) => `${index} ${toHex(signature)}`);
      return [`${toHex(head.body)} ${signatures.join(" ")}`, head];
    }),
  );
  const found = [...heads.values()].map(async (signed) => {
    try {
      return [await verifyHead(verified.anchors, signed)];
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      return [];
    }
  });
  return (await Promise.all(found)).flat();
}

/**
 * Throws HeadOlder, AnchorOlder (step 3.6).
 * @param {VerifiedDirectory} verified
 * @param {ProvedUnit[]} proved
 */
async function checkNotOlder(verified, proved) {
  const shown = verified.signedHead.head;
  const newest = await newestHeads(verified, proved);
  if (newest.some((seen) => seen.dirVersion > shown.dirVersion)) throw new HeadOlder("directory");
  const present = presentIds(verified);
  const speaking = proved.flatMap(({ unit, batch }) => (batch && present.has(toHex(unit.unitId)) ? batch : []));
  const named = speaking.map(({ manifest }) => manifest.head.head.anchorVersion);
  if (2 * named.filter((version) => version > shown.anchorVersion).length > named.length) {
    throw new AnchorOlder("directory");
  }
}

/** @param {VerifiedDirectory} verified */
function presentIds(verified) {
  return new Set(verified.directory.units.map((unit) => toHex(unit.unitId)));
}

/**
 * D: the newest period that at least half of the present, not paused units have reached (step 6.9).
 * @param {VerifiedDirectory} verified
 * @param {ProvedUnit[]} proved
 */
function reachedPeriod({ directory }, proved) {
  const newestOf = new Map(proved.map(({ unit, newest }) => [toHex(unit.unitId), newest]));
  const active = directory.units.filter((unit) => !unit.paused);
  const newest = (active.length ? active : directory.units)
    .map((unit) => newestOf.get(toHex(unit.unitId)) ?? Math.max(unit.firstPeriod - 1, 0))
    .sort((left, right) => right - left);
  return newest[Math.floor((newest.length + 1) / 2) - 1] ?? 0;
}

/**
 * @param {VerifiedDirectory} verified
 * @param {ProvedUnit[]} proved
 * @param {number} reached
 * @param {number} now
 * @returns {Warned[]}
 */
function timeWarnings(verified, proved, reached, now) {
  const { silentAfter, clockSlack } = verified.directory.policy;
  /** @type {Warned[]} */
  const warnings = [];
  if (now - reached > silentAfter || reached - now > clockSlack) {
    warnings.push({ code: "clock", slug: "", name: "", days: now - reached, proof: "" });
  }
  const present = presentIds(verified);
  const reference = Math.min(reached, now);
  for (const { unit, newest } of proved) {
    if (present.has(toHex(unit.unitId)) && reference - newest > silentAfter) {
      warnings.push({ code: "silent", slug: unit.slug, name: unit.name, days: reference - newest, proof: "" });
    }
  }
  return warnings;
}

/**
 * Read a directory, the board that came with it, and that one's rows; `clock` is the device's, in Unix seconds.
 *
 * Throws TrustError and Malformed, after which nothing of them is used. A board that is proved altered for one unit,
 * a silent unit and a suspect clock are warnings.
 * @param {Anchor} pinned
 * @param {Bytes} directoryBytes
 * @param {Bytes} boardBytes
 * @param {Bytes} rowsBytes
 * @param {number} clock
 * @returns {Promise<Judged>}
 */
export async function judge(pinned, directoryBytes, boardBytes, rowsBytes, clock) {
  const directory = await verifyDirectory(pinned, parseSignedDirectory(directoryBytes));
  const now = Math.floor(clock / directory.directory.policy.period);
  const { proved, warnings: altered } = await proveAll(directory, await cutBoard(directoryBytes, boardBytes, rowsBytes));
  await checkNotOlder(directory, proved);
  const reached = reachedPeriod(directory, proved);
  const warnings = [...altered, ...timeWarnings(directory, proved, reached, now)];
  const clockSuspect = warnings.some((warning) => warning.code === "clock");
  if (now > directory.signedHead.head.expires && !clockSuspect) throw new HeadExpired("head");
  return { directory, units: proved, warnings, reached, now, clockSuspect };
}

/**
 * The certificate to seal to (step 3.5). Throws UnitCannotReceive, with the reason as its `where`.
 *
 * Under the clock warning, which somebody has confirmed by then, the device's clock decides only between the two.
 * @param {Judged} judged
 * @param {ProvedUnit} proved
 * @returns {EpochCert}
 */
export function chooseCert(judged, proved) {
  const { unit, newest } = proved;
  const { now, directory } = judged;
  const [current, following] = proved.certs;
  if (!presentIds(directory).has(toHex(unit.unitId))) throw new UnitCannotReceive("retired");
  if (unit.paused) throw new UnitCannotReceive("paused");
  if (!current || !following) throw new UnitCannotReceive("no batch yet");
  const lastKey = unit.keys.at(-1)?.firstPeriod ?? 0;
  if (newest < lastKey && lastKey <= Math.max(now, directory.signedHead.head.issued + 1)) {
    throw new UnitCannotReceive("new key not yet used");
  }
  if (judged.clockSuspect) {
    if (newest > unit.notAfter) throw new UnitCannotReceive("ended");
    return now > following.notAfter ? following : current;
  }
  if (newest - now > directory.directory.policy.clockSlack) throw new UnitCannotReceive("ahead");
  if (now > unit.notAfter) throw new UnitCannotReceive("ended");
  const valid = [current, following].find((cert) => holds(cert, Math.max(now, newest)));
  if (!valid) throw new UnitCannotReceive("no valid certificate");
  return valid;
}

/**
 * Whether the signed list itself keeps a message from its unit. Only then may another one be offered at once: whoever
 * brought about any other failure watches for who comes back.
 * @param {unknown} error
 */
export function byTheList(error) {
  return error instanceof UnitConflicted || (error instanceof UnitCannotReceive && BY_THE_LIST.has(error.where));
}
