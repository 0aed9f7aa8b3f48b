// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Operations on what a server serves: anchors, directory, board, a whole visit. */

import { drive } from "../../client/flows/drive.js";
import { Attached } from "../../client/flows/source/attached.js";
import { readBoard } from "../../client/flows/source/reading.js";
import { chooseCert, cutBoard, judge, provedUnit } from "../../client/flows/trust.js";
import { visit } from "../../client/flows/source/visit.js";
import * as anchors from "../../client/protocol/anchors.js";
import { blobId, passAnswer } from "../../client/protocol/blobs.js";
import { proveUnit } from "../../client/protocol/proofs.js";
import { toHex } from "../../client/protocol/bytes.js";
import { BLOB, EntryType, EnvelopeType, PASS } from "../../client/protocol/constants.js";
import { parseSignedDirectory, places, successorOf, verifyDirectory } from "../../client/protocol/directory.js";
import { envelopeId } from "../../client/protocol/envelope_seal.js";
import { NotForThisKey } from "../../client/protocol/errors.js";
import { receivingUnit } from "../../client/protocol/routing.js";
import { receiptAnswer } from "../../client/protocol/wire.js";
import * as desk from "./desk_side.js";
import { plainReport, withContact } from "./operations_contact.js";
import { OPERATIONS as ON_BYTES, bytes, nameOf, openers } from "./operations.js";

const pinned = (signed) => anchors.parseSignedAnchor(bytes(signed)).anchor;
const verified = ({ anchor, directory }) => verifyDirectory(pinned(anchor), parseSignedDirectory(bytes(directory)));
const judged = ({ anchor, clock, ...served }) => judge(pinned(anchor), ...answers(served), clock);
const answers = ({ directory, board, rows }) => [directory, board, rows].map(bytes);
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The random bytes of a vector: byte `at` of the n-th request is n + at, requests counted from 0, modulo 256. */
function counting() {
  let requests = 0;
  return (size) => {
    const first = requests++;
    return Uint8Array.from({ length: size }, (_, at) => first + at);
  };
}

/** What an envelope of a vector says, opened by one of the units. */
async function openPosted(envelope, epochs) {
  for (const one of epochs) {
    try {
      const { plain, epoch } = await desk.openEnvelope(envelope, await openers([one]));
      const { part, parts, ack } = plain;
      const { contact_seed: key, cert_hash: hash } = one;
      const held = key ? await withContact(plain, bytes(hash), key) : { body: toHex(plain.body) };
      return { unit: one.unit, epoch, type: nameOf(EnvelopeType, plain.type), part, parts, ack, ...held };
    } catch (error) {
      if (!(error instanceof NotForThisKey)) throw error;
    }
  }
  throw new Error("an envelope that none of the units can open");
}

/** What was asked, in words; a real blob is of one byte throughout. */
function called({ ask, envelope, blob, blobs }) {
  if (envelope) return `envelope ${envelope.length}`;
  if (blob) return `blob ${blob.length} ${blob.every((byte) => byte === blob[0]) ? "real" : "random"}`;
  return blobs ? `pass ${blobs}` : ask;
}

/** The other end of a visit: serves fixed bytes, opens what is posted and says what it was asked. */
async function driveVisit(flow, values) {
  const asked = [];
  let sent = {};
  const served = {
    directory: () => bytes(values.directory),
    board: () => bytes(values.board),
    rows: () => bytes(values.rows),
    confirm: () => values.confirm,
    pass: ({ blobs }) => passAnswer({ name: new Uint8Array(PASS), blobs }),
    blob: async ({ blob }) => receiptAnswer({ id: await blobId(blob), period: 1 }),
    envelope: async ({ envelope }) => {
      sent = await openPosted(envelope, values.openers);
      return receiptAnswer({ id: await envelopeId(envelope), period: 1 });
    },
  };
  const visited = await drive(flow, (request) => {
    if (request.ask === "reading") return undefined;
    asked.push(called(request));
    return served[request.ask](request);
  });
  return { visited, asked, sent };
}

/** Number and words; of another type its name, and what it says or null. */
function shownText({ number, type, text, kinds, questions, offer, readable }) {
  if (type === EntryType.TEXT) return [number, text];
  if (type === EntryType.CONTACT_OPENED) return [number, nameOf(EntryType, type), readable ? {} : null];
  if (offer) return [number, nameOf(EntryType, type), offer];
  const held = type === EntryType.QUESTIONS ? questions : { kinds, say: text };
  return [number, nameOf(EntryType, type), readable ? held : null];
}

export const OPERATIONS = {
  ...ON_BYTES,

  "anchor-pin": async ({ signed }) => {
    const anchor = await anchors.verifyFirstAnchor(anchors.parseSignedAnchor(bytes(signed)));
    return { version: anchor.version, fingerprint: toHex(await anchors.fingerprint(anchor)) };
  },

  "anchor-chain": async (values) => {
    const served = values.served.map((one) => anchors.parseSignedAnchor(bytes(one)));
    const trusted = await anchors.verifyAnchorChain(pinned(values.pinned), served);
    return { trusted: trusted.map((one) => one.version) };
  },

  "directory-verify": async (values) => {
    const { signedHead, directory } = await verified(values);
    const { dirVersion: version, issued, expires } = signedHead.head;
    const policy = Object.fromEntries(Object.entries(directory.policy).map(([name, value]) => [snake(name), value]));
    return { version, issued, expires, units: directory.units.map((unit) => unit.slug), policy };
  },

  "unit-route": async (values) => {
    const { directory } = await verified(values);
    return { slug: receivingUnit(directory, values.force, values.independent)?.slug ?? "" };
  },

  "unit-successor": async (values) => {
    const { directory } = await verified(values);
    const { unit } = places(directory).find((place) => place.unit.slug === values.slug);
    return { slug: successorOf(directory, unit)?.slug ?? "" };
  },

  "enrolment-verify": async ({ data }) => {
    const found = await desk.verifyEnrolment(bytes(data));
    return { unit_id: toHex(found.unitId), public: toHex(found.public), name: found.name };
  },

  "unit-prove": async (values) => {
    const { directory } = await verified(values);
    const board = await cutBoard(...answers(values));
    const named = (slug) => places(directory).find((place) => place.unit.slug === slug);
    const served = board.get(toHex(named(values.as_unit || values.slug).unit.unitId));
    const place = named(values.slug);
    const { newest, batch } = await proveUnit(directory.serviceId, place, served?.part, served?.rows ?? new Uint8Array(0));
    return { newest, q: batch?.manifest.q ?? null, m: batch?.manifest.m ?? null };
  },

  "board-judge": async (values) => {
    const { reached, units, warnings } = await judged(values);
    return {
      reached,
      proved: units.map((one) => one.unit.slug),
      warnings: warnings.map(({ code, slug, days, proof }) => [code, slug, days, proof]),
    };
  },

  "cert-choose": async (values) => {
    const found = await judged(values);
    return { epoch: chooseCert(found, provedUnit(found, values.slug)).epoch };
  },

  "board-read": async (values) => {
    const { units } = await judged(values);
    const conversations = (await readBoard(units, bytes(values.stretched))).map((one) => ({
      unit: one.unit.unit.slug,
      texts: one.texts.map(shownText),
      ack: one.ack,
      collected: one.collected,
      more: one.more,
      urgency: one.urgency,
      failed: one.failed,
    }));
    return { conversations };
  },

  "visit-once": async (values) => {
    const { message_id, body, attached: real = 0, contact: said, late = Infinity, ...rest } = values.part ?? {};
    const blobs = Array.from({ length: real }, (_, at) => new Uint8Array(BLOB).fill(at));
    let looks = 0;
    const clock = () => (looks++ >= late ? 3_601 : 0);
    const attached = real ? new Attached(blobs, counting(), clock) : undefined;
    const contact = said && { report: plainReport(said[0]), text: said[1] };
    const plain = { force: "", ...rest, attached, contact };
    const part = values.part ? { ...plain, messageId: bytes(message_id), body: bytes(body) } : undefined;
    const flow = visit(pinned(values.anchor), bytes(values.stretched), part, values.clock, counting());
    const { visited, asked, sent } = await driveVisit(flow, values);
    const { slug, refused, receipt } = visited;
    return { requests: asked, sent, slug, refused: refused?.code ?? "", receipt: receipt !== undefined };
  },

  "segment-check": async (values) => {
    const { directory } = await verified(values);
    const { data, period, known_root } = values;
    const known = known_root ? bytes(known_root) : undefined;
    return { root: toHex((await desk.checkSegment(directory.serviceId, bytes(data), period, known)).root) };
  },
};
