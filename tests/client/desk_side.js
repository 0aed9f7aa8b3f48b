// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The unit's half of the protocol, as far as the vectors need it: a source has no use for it. */

import { concat, equal, toHex } from "../../client/protocol/bytes.js";
import { envelopeInfo } from "../../client/protocol/certificates.js";
import * as c from "../../client/protocol/constants.js";
import { checkName } from "../../client/protocol/units.js";
import { Reader, head, labelled, u32 } from "../../client/protocol/encoding.js";
import { signedBytes } from "../../client/protocol/envelope_format.js";
import * as errors from "../../client/protocol/errors.js";
import * as labels from "../../client/protocol/labels.js";
import { unpad } from "../../client/protocol/padding.js";
import { ed25519Verify, sha256 } from "../../client/protocol/primitives.js";
import { checkPeriod, encodeAnswer, parseAnswer } from "../../client/protocol/wire.js";

const ENVELOPE_TYPES = Object.values(c.EnvelopeType);
const ARMOUR = /^-----BEGIN DROPBOX ([A-Z ]+)-----\n((?:[A-Za-z0-9+/=]{1,64}\n)+)-----END DROPBOX ([A-Z ]+)-----\n$/;

/** docs/protocol.md, 8.1. */
export function armour(kind, data) {
  const lines = btoa(String.fromCharCode(...data)).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN DROPBOX ${kind}-----`, ...lines, `-----END DROPBOX ${kind}-----`, ""].join("\n");
}

export function dearmour(kind, text) {
  const plain = `${text.replaceAll("\r\n", "\n").replace(/^[ \t-\r]+|[ \t-\r]+$/g, "")}\n`;
  const found = ARMOUR.exec(plain);
  if (!found || found[1] !== found[3]) throw new errors.BadArmour("form");
  if (found[1] !== kind) throw new errors.BadArmour("another kind");
  let data;
  try {
    data = Uint8Array.from(atob(found[2].replaceAll("\n", "")), (letter) => letter.charCodeAt(0));
  } catch {
    throw new errors.BadArmour("base64");
  }
  if (armour(kind, data) !== plain) throw new errors.BadArmour("not as it is written");
  return data;
}

/** Step 5.2: the fields and the signature. */
export function parseEnvelopePlain(plain) {
  if (plain.length !== c.ENVELOPE_PLAIN) throw new errors.WrongLength("envelope plaintext");
  const reader = new Reader(plain, "envelope");
  if (reader.u8() !== c.VERSION) throw new errors.WrongVersion("envelope");
  const type = reader.u8();
  if (type in c.RESERVED_ENVELOPE_TYPES) throw new errors.ReservedType("envelope");
  if (!ENVELOPE_TYPES.includes(type)) throw new errors.WrongType("envelope");
  const [pseudonym, beacon, refresh] = [reader.take(c.KEY), reader.take(c.KEY), reader.take(c.KEY)];
  const [messageId, part] = [reader.take(c.MESSAGE_ID), reader.u8(1, c.MAX_PARTS)];
  const [parts, ack] = [reader.u8(part, c.MAX_PARTS), reader.u32()];
  const length = reader.u16(0, c.BODY_PART);
  const body = unpad(reader.take(c.BODY_PART), length);
  if (type !== c.EnvelopeType.MESSAGE && (parts !== 1 || length)) throw new errors.BadValue("envelope body");
  const found = { type, pseudonym, beacon, refresh, messageId, part, parts, ack, body };
  return [found, reader.take(c.SIGNATURE)];
}

/** Step 5.7. `openers`: of each epoch its number, the certificate's hash and the SealingKey. */
export async function openEnvelope(envelope, openers) {
  if (envelope.length !== c.ENVELOPE) throw new errors.WrongLength("envelope");
  for (const { epoch, certHash, key } of openers) {
    const info = envelopeInfo(certHash);
    let opened;
    try {
      opened = await key.open(envelope, info);
    } catch (error) {
      if (!(error instanceof errors.NotForThisKey)) throw error;
      continue;
    }
    const [plain, signature] = parseEnvelopePlain(opened);
    await ed25519Verify(plain.pseudonym, await signedBytes(plain, info), signature);
    return { plain, epoch, signature };
  }
  throw new errors.NotForThisKey("envelope");
}

/** http-api.md, section 4. */
export function parseIntakeState(data) {
  const fields = parseAnswer(data, "intake");
  const state = { open: checkPeriod(fields.open), oldest: checkPeriod(fields.oldest) };
  if (state.oldest > state.open || !equal(encodeAnswer("intake", state), data)) throw new errors.BadValue("intake state");
  return state;
}

/** Step 5.8. */
export async function parseSegment(data) {
  const reader = new Reader(data, "segment");
  reader.struct(c.StructType.SEGMENT);
  const [serviceId, period, closed] = [reader.take(c.SERVICE_ID), reader.u32(), reader.u8(0, 1)];
  const count = reader.u32(0, c.MAX_SEGMENT_ENVELOPES);
  const ids = [];
  for (let at = 0; at < count; at++) ids.push(await sha256(reader.take(c.ENVELOPE)));
  reader.end();
  const names = ids.map(toHex);
  if (names.some((name, at) => at > 0 && names[at - 1] >= name)) throw new errors.SegmentUnsorted("ids");
  return { serviceId, period, closed: closed === 1, envelopes: count, root: await sha256(concat(...ids)) };
}

/** What a desk believes of a closed segment; `knownRoot` is undefined when it has not seen it before. */
export async function checkSegment(serviceId, data, period, knownRoot) {
  const segment = await parseSegment(data);
  if (!equal(segment.serviceId, serviceId)) throw new errors.WrongService("segment");
  if (segment.period !== period || !segment.closed) throw new errors.WrongType("segment");
  if (knownRoot && !equal(knownRoot, segment.root)) throw new errors.SegmentChanged("root");
  return segment;
}

/** Step 7.3: what a unit signs. */
export function segmentRequest(serviceId, unitId, period) {
  const body = concat(head(c.StructType.SEGMENT_REQUEST), serviceId, unitId, u32(period));
  return labelled(labels.SEGMENT_REQUEST_SIGNATURE, body);
}

/** Section 3.7. */
export async function verifyEnrolment(data) {
  const reader = new Reader(data, "enrolment");
  reader.struct(c.StructType.ENROLMENT);
  const [serviceId, unitId, key] = [reader.take(c.SERVICE_ID), reader.take(c.UNIT_ID), reader.take(c.KEY)];
  const length = reader.u16(0, c.XWING_PUBLIC);
  if (length !== 0 && length !== c.XWING_PUBLIC) throw new errors.BadValue("contact key");
  reader.take(length);
  const name = checkName(reader.text(1, c.MAX_NAME));
  const body = data.subarray(0, data.length - reader.left);
  const signature = reader.take(c.SIGNATURE);
  reader.end();
  await ed25519Verify(key, labelled(labels.ENROLMENT_SIGNATURE, body), signature);
  return { serviceId, unitId, public: key, name };
}

/** Step 5.6, read: whatever is not exactly what encodeBody writes is refused. */
export function parseBody(data, encodeBody) {
  if (data.length > c.MAX_BODY) throw new errors.BadBody("size");
  let form;
  try {
    form = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data));
  } catch {
    throw new errors.BadBody("json");
  }
  const fields = ["v", "categories", "force", "answers", "text"];
  if (typeof form !== "object" || form === null || String(Object.keys(form)) !== String(fields)) {
    throw new errors.BadBody("fields");
  }
  const { v, categories, force, answers, text } = form;
  const isForm = Array.isArray(categories) && typeof answers === "object" && answers !== null && !Array.isArray(answers);
  if (!isForm) throw new errors.BadBody("fields");
  const texts = [force, text, ...categories, ...Object.values(answers)];
  if (v !== 1 || !texts.every((one) => typeof one === "string")) throw new errors.BadBody("fields");
  const report = { text, categories, force, answers };
  try {
    if (!equal(encodeBody(report), data)) throw new errors.BadBody("not canonical");
  } catch (error) {
    throw error instanceof errors.BadText ? new errors.BadBody("text") : error;
  }
  return report;
}

