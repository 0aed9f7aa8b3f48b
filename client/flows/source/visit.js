// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file One visit of a source: directory, board, rows, then the blobs of its files where it has some, then exactly one
 * envelope (docs/protocol.md, section 7).
 *
 * A report, an answer, a return to read and a return with an unknown codename yield the same requests in the same order
 * with the same sizes; only what is inside the envelope differs. That a visit brings files can be seen, and nothing else.
 */

import { equal, toBigInt } from "../../protocol/bytes.js";
import { encodeBody } from "../../protocol/body.js";
import { certHash } from "../../protocol/certificates.js";
import { conversationKeys } from "../../protocol/codename.js";
import { MESSAGE_ID } from "../../protocol/constants.js";
import { contactField, contactInfo, sealContact } from "../../protocol/contact.js";
import { unitOf } from "../../protocol/directory.js";
import { DECOY_RANDOM, envelopeId, sealAck, sealDecoy, sealMessage } from "../../protocol/envelope_seal.js";
import {
  AnchorOlder,
  BadValue,
  ClockUnconfirmed,
  ContactNotTaken,
  FilesNotTaken,
  HeadOlder,
  NoUnitReceives,
  ProtocolError,
  RoutingChanged,
  RowsMismatch,
  UnitCannotReceive,
  UnitConflicted,
  UnknownUnit,
} from "../../protocol/errors.js";
import { receivingUnit } from "../../protocol/routing.js";
import { parseReceipt } from "../../protocol/wire.js";
import { postBlobs } from "./attached.js";
import { readBoard } from "./reading.js";
import { chooseCert, judge, provedUnit } from "../trust.js";

/** @import { Bytes } from "../../protocol/bytes.js" */
/** @import { Anchor } from "../../protocol/anchors.js" */
/** @import { Report } from "../../protocol/body.js" */
/** @import { ProvedUnit } from "../../protocol/proofs.js" */
/** @import { EpochCert } from "../../protocol/certificates.js" */
/** @import { Receipt } from "../../protocol/wire.js" */
/** @import { Attached } from "./attached.js" */
/** @import { FoundConversation } from "./reading.js" */
/** @import { NotTaken, VisitRequest } from "./requests.js" */
/** @import { Judged } from "../trust.js" */

/** @typedef {(size: number) => Bytes} Random */

/** What follows when something was replaced between two requests. */
const REPLACED = [HeadOlder, AnchorOlder, RowsMismatch];

/**
 * The receiving unit's name as the person saw it before sending, whether the report was to go past the force's own unit,
 * and the kind of unit (UnitKind) where the person was told whether its people are police. Where it was shown was no
 * signed place: the visit checks it against the directory.
 * @typedef {{name: string, independent: boolean, kind?: number | undefined}} Shown
 */

/**
 * Contact details, and the report that they go with. They are sealed in the visit, to what the unit's board says then; the
 * part's own body is as long and holds none.
 * @typedef {{report: Report, text: string}} Contact
 */

/**
 * One part of a message to send in this visit. `slug` empty: the one conversation that the board holds.
 *
 * `force` is the force that the report is about, for the directory's conflict rules; empty when not said. `shown` when
 * the unit was found by the force and not named by the person. `attached` is what its files are made of, `contact` what is
 * sealed into the one part of a message with contact details.
 * @typedef {object} Part
 * @property {string} slug
 * @property {Bytes} messageId
 * @property {number} part
 * @property {number} parts
 * @property {Bytes} body
 * @property {string} force
 * @property {Shown | undefined} shown
 * @property {Attached} [attached]
 * @property {Contact} [contact]
 */

/**
 * What a visit learnt, whatever became of its envelope. `receipt` is that of the message (undefined when a decoy or an
 * ack went instead); `refused` why the message could not be sealed, in which case a decoy was posted; `slug` the unit
 * written to; `fault` why there is no receipt of the envelope, whatever was in it.
 * @typedef {object} Visited
 * @property {Judged} judged
 * @property {FoundConversation[]} conversations
 * @property {Receipt | undefined} receipt
 * @property {ProtocolError | undefined} refused
 * @property {string} slug
 * @property {NotTaken | undefined} fault
 */

/**
 * One of the choices, each as likely as the others (64 bits over a few hundred: the bias is below 2^-54).
 * @template T
 * @param {T[]} choices
 * @param {Random} random
 * @returns {T}
 */
function draw(choices, random) {
  return /** @type {T} */ (choices[Number(toBigInt(random(8)) % BigInt(choices.length))]);
}

/**
 * Every unit that can be sealed to, with its certificate.
 * @param {Judged} judged
 */
function receiving(judged) {
  return judged.units.flatMap((proved) => {
    try {
      return [{ proved, cert: chooseCert(judged, proved) }];
    } catch (error) {
      if (!(error instanceof UnitCannotReceive)) throw error;
      return [];
    }
  });
}

/**
 * Throws NoUnitReceives.
 * @param {Judged} judged
 * @param {Random} random
 */
function decoy(judged, random) {
  const able = receiving(judged);
  if (!able.length) throw new NoUnitReceives("units");
  const { cert } = draw(able, random);
  return sealDecoy(cert, random(DECOY_RANDOM));
}

/**
 * Whether the service takes files, by its signed policy.
 * @param {Judged} judged
 */
function takesFiles({ directory }) {
  return directory.directory.policy.blobsPerPeriod > 0;
}

/**
 * Whom the part goes to. Throws CannotSend.
 * @param {Judged} judged
 * @param {FoundConversation[]} found
 * @param {Part} part
 * @returns {ProvedUnit}
 */
function target(judged, found, { slug, force, shown, attached, contact }) {
  const { directory } = judged.directory;
  const only = found.length === 1 ? found[0] : undefined;
  if (!slug && !only) throw new UnknownUnit(found.length ? "several" : "none");
  const to = slug || (only?.unit.unit.slug ?? "");
  if (directory.retired.some(({ unit: { slug: gone } }) => gone === to)) throw new UnitCannotReceive("retired");
  const unit = unitOf(directory, to);
  if (shown) {
    const { name, independent, kind = unit.kind } = shown;
    const same = unit.name === name && unit.kind === kind;
    if (!same || receivingUnit(directory, force, independent) !== unit) throw new RoutingChanged("unit");
  }
  if (force && unit.conflicts.includes(force)) throw new UnitConflicted("force");
  if (attached && (unit.takesNoFiles || !takesFiles(judged))) throw new FilesNotTaken("flag");
  if (contact && !unit.contactPk.length) throw new ContactNotTaken("key");
  const proved = provedUnit(judged, unit.slug);
  if (!proved) throw new UnitCannotReceive("its board is altered");
  return proved;
}

/**
 * The report with its contact details. Throws BadPublicKey.
 * @param {Contact} contact
 * @param {ProvedUnit} proved
 * @param {EpochCert} cert
 * @param {Bytes} pseudonym
 * @param {Bytes} messageId
 */
async function withContact({ report, text }, { unit }, cert, pseudonym, messageId) {
  const info = contactInfo(await certHash(cert), pseudonym, messageId);
  return encodeBody({ ...report, contact: contactField(await sealContact(unit.contactPk, info, text)) });
}

/**
 * The sealed part and its unit's slug. Throws CannotSend, BadPublicKey.
 * @param {Judged} judged
 * @param {FoundConversation[]} found
 * @param {Part} part
 * @param {Bytes} stretched
 */
async function message(judged, found, part, stretched) {
  const proved = target(judged, found, part);
  const cert = chooseCert(judged, proved);
  const keys = await conversationKeys(stretched, proved.unit.unitId);
  const ack = found.find((one) => one.unit === proved)?.ack ?? 0;
  const { messageId, contact } = part;
  const body = contact ? await withContact(contact, proved, cert, keys.pseudonym, messageId) : part.body;
  const envelope = await sealMessage(keys, cert, messageId, part.part, part.parts, body, ack);
  return { envelope, slug: proved.unit.slug };
}

/**
 * The same, or why it does not go: then nothing of its files does. Throws whatever is no ProtocolError.
 * @param {Judged} judged
 * @param {FoundConversation[]} found
 * @param {Part} part
 * @param {Bytes} stretched
 * @returns {Promise<{sealed?: {envelope: Bytes, slug: string}, refused?: ProtocolError}>}
 */
async function messageOrWhyNot(judged, found, part, stretched) {
  try {
    if (part.attached?.refused) throw part.attached.refused;
    return { sealed: await message(judged, found, part, stretched) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { refused: part.attached?.spoil(error) ?? error };
  }
}

/**
 * An ack to one of the units where it is most wanted; undefined when there is none that can be sealed to.
 * @param {Judged} judged
 * @param {FoundConversation[]} found
 * @param {Random} random
 */
async function acknowledgement(judged, found, random) {
  const able = new Map(receiving(judged).map(({ proved, cert }) => [proved, cert]));
  const candidates = found.filter((one) => able.has(one.unit));
  if (!candidates.length) return undefined;
  const wanted = Math.min(...candidates.map((one) => one.urgency));
  const one = draw(
    candidates.filter(({ urgency }) => urgency === wanted),
    random,
  );
  return sealAck(one.keys, /** @type {EpochCert} */ (able.get(one.unit)), random(MESSAGE_ID), one.ack);
}

/**
 * Directory, board and its rows, fetched once more when one was replaced meanwhile. Throws TrustError, Malformed.
 * @param {Anchor} anchor
 * @param {number} clock
 * @returns {AsyncGenerator<VisitRequest, Judged, any>}
 */
async function* fetchAll(anchor, clock) {
  for (let again = true; ; again = false) {
    const directory = yield { ask: "directory" };
    const board = yield { ask: "board" };
    const rows = yield { ask: "rows" };
    try {
      return await judge(anchor, directory, board, rows, clock);
    } catch (error) {
      if (!again || !REPLACED.some((kind) => error instanceof kind)) throw error;
    }
  }
}

/**
 * The receipt in an answer, unless it is none for what was sent.
 * @param {Bytes | NotTaken} answer
 * @param {Bytes} sent
 * @returns {Promise<{receipt?: Receipt, fault?: NotTaken}>}
 */
async function receiptOf(answer, sent) {
  if (!(answer instanceof Uint8Array)) return { fault: answer };
  try {
    const receipt = parseReceipt(answer);
    if (equal(receipt.id, await envelopeId(sent))) return { receipt };
    throw new BadValue("receipt for another envelope");
  } catch (reason) {
    if (!(reason instanceof ProtocolError)) throw reason;
    return { fault: { reason, perhaps: true } };
  }
}

/**
 * One burst. `stretched` is S, `part` what to send (undefined: only read), `clock` the device's, Unix seconds.
 *
 * Throws TrustError and Malformed when directory or board cannot be believed (nothing is posted), and ClockUnconfirmed.
 * What the board holds is told with the envelope, whatever becomes of that; where no unit can be sealed to nothing is
 * posted, and that is the fault, and why a part was refused.
 * @param {Anchor} anchor
 * @param {Bytes} stretched
 * @param {Part | undefined} part
 * @param {number} clock
 * @param {Random} random
 * @returns {AsyncGenerator<VisitRequest, Visited, any>}
 */
export async function* visit(anchor, stretched, part, clock, random) {
  const judged = yield* fetchAll(anchor, clock);
  // Where nothing can be sealed to anybody, as with every board altered, the date is not what keeps it back.
  const asked = judged.clockSuspect && receiving(judged).length > 0;
  if (asked && !(yield { ask: "confirm", warnings: judged.warnings })) throw new ClockUnconfirmed("clock");
  yield { ask: "reading" };
  const conversations = await readBoard(judged.units, stretched);
  const { sealed, refused } = part ? await messageOrWhyNot(judged, conversations, part, stretched) : {};
  /** @type {Visited} */
  const learnt = { judged, conversations, refused, slug: sealed?.slug ?? "", receipt: undefined, fault: undefined };
  let envelope = sealed?.envelope ?? (part ? undefined : await acknowledgement(judged, conversations, random));
  try {
    envelope ??= await decoy(judged, random);
  } catch (reason) {
    if (!(reason instanceof NoUnitReceives)) throw reason;
    return { ...learnt, refused: part && reason, fault: { reason, perhaps: false } };
  }
  if (part?.attached && takesFiles(judged)) yield* postBlobs(part.attached);
  const { receipt, fault } = await receiptOf(yield { ask: "envelope", envelope, reading: learnt }, envelope);
  return { ...learnt, receipt: sealed ? receipt : undefined, fault };
}
