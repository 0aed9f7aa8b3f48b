// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a vector's `operation` means: from the vector's input to its output, all bytes in hex, on bytes alone. */

import * as board from "../../client/protocol/board.js";
import { encodeBody } from "../../client/protocol/body.js";
import { concat, toHex, utf8 } from "../../client/protocol/bytes.js";
import { certHash, parseCert } from "../../client/protocol/certificates.js";
import * as codename from "../../client/protocol/codename.js";
import { EntryType, EnvelopeType } from "../../client/protocol/constants.js";
import { Reader, decodeText, u16 } from "../../client/protocol/encoding.js";
import { splitBody } from "../../client/protocol/envelope_format.js";
import { envelopeId } from "../../client/protocol/envelope_seal.js";
import { inert } from "../../client/protocol/inert.js";
import { pad } from "../../client/protocol/padding.js";
import * as primitives from "../../client/protocol/primitives.js";
import * as wire from "../../client/protocol/wire.js";
import { WORDS } from "../../client/words.js";
import * as desk from "./desk_side.js";

let list;

/** The word list, read once. */
export async function words() {
  list ??= await codename.loadWordlist(codename.wordlistFile(WORDS));
  return list;
}

export function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** The name of a number in an enumeration. */
export function nameOf(enumeration, value) {
  return Object.keys(enumeration).find((name) => enumeration[name] === value);
}

export async function openers(epochs) {
  const opener = async ({ epoch, cert_hash, seed }) => {
    return { epoch, certHash: bytes(cert_hash), key: await primitives.SealingKey.fromSeed(bytes(seed)) };
  };
  return Promise.all(epochs.map(opener));
}

export const whose = ({ beacon, pseudonym }) => ({ beacon: bytes(beacon), pseudonym: bytes(pseudonym) });

export const entryPlace = ({ period, slot, step, message_id, ...names }) => {
  return { ...whose(names), period, slot, step, messageId: bytes(message_id) };
};

export const entryPlain = ({ type, msg_no: msgNo, first_unread: firstUnread, part, parts, text }) => {
  return { type, msgNo, firstUnread, part, parts, text: utf8(text) };
};

export const shownEntry = ({ type, msgNo, firstUnread, part, parts, text }) => ({
  type: nameOf(EntryType, type),
  msg_no: msgNo,
  first_unread: firstUnread,
  part,
  parts,
  text: decodeText(text, "text"),
});

export const OPERATIONS = {
  sha256: async ({ data }) => ({ hash: toHex(await primitives.sha256(bytes(data))) }),

  "hmac-sha256": async ({ key, data }) => ({ mac: toHex(await primitives.mac(bytes(key), bytes(data))) }),

  "hkdf-sha256": async ({ ikm, info }) => ({ key: toHex(await primitives.hkdf(bytes(ikm), bytes(info))) }),

  argon2id: async ({ password, salt, memory_kib, passes, lanes }) => ({
    key: toHex(await primitives.argon2id(bytes(password), bytes(salt), memory_kib, passes, lanes)),
  }),

  "aes-256-gcm-seal": async ({ key, nonce, plain, aad }) => ({
    sealed: toHex(await primitives.aeadSeal(bytes(key), bytes(nonce), bytes(plain), bytes(aad))),
  }),

  "aes-256-gcm-open": async ({ key, nonce, sealed, aad }) => ({
    plain: toHex(await primitives.aeadOpen(bytes(key), bytes(nonce), bytes(sealed), bytes(aad))),
  }),

  "ed25519-sign": ({ seed, message }) => ({
    public: toHex(primitives.ed25519Public(bytes(seed))),
    signature: toHex(primitives.ed25519Sign(bytes(seed), bytes(message))),
  }),

  "ed25519-verify": async (values) => {
    await primitives.ed25519Verify(bytes(values.public), bytes(values.message), bytes(values.signature));
    return {};
  },

  "xwing-public": async ({ seed }) => ({ public: toHex((await primitives.SealingKey.fromSeed(bytes(seed))).public) }),

  "hpke-open": async ({ seed, info, sealed }) => {
    const key = await primitives.SealingKey.fromSeed(bytes(seed));
    return { plain: toHex(await key.open(bytes(sealed), bytes(info))) };
  },

  "hpke-seal-opens": async (values) => {
    const [seed, info] = [bytes(values.seed), bytes(values.info)];
    const sealed = await primitives.hpkeSeal(bytes(values.public), bytes(values.plain), info);
    const key = await primitives.SealingKey.fromSeed(seed);
    return { size: sealed.length, plain: toHex(await key.open(sealed, info)) };
  },

  "codename-encode": async ({ entropy }) => ({
    codename: (await codename.encodeCodename(bytes(entropy), await words())).join(" "),
  }),

  "codename-make": async ({ random }) => {
    const draws = random.map(bytes);
    const made = await codename.makeCodename(() => draws.shift(), await words());
    return { entropy: toHex(made.entropy), codename: made.words.join(" "), draws: random.length - draws.length };
  },

  "codename-decode": async ({ typed }) => ({ entropy: toHex(await codename.decodeCodename(typed, await words())) }),

  "codename-stretch": async ({ entropy, service_id }) => ({
    stretched: toHex(await codename.stretch(bytes(entropy), bytes(service_id))),
  }),

  "conversation-keys": async ({ stretched, unit_id, message_id }) => {
    const keys = await codename.conversationKeys(bytes(stretched), bytes(unit_id));
    return {
      key: toHex(keys.key),
      pseudonym: toHex(keys.pseudonym),
      beacon: toHex(keys.beacon),
      refresh: toHex(await codename.refresh(keys, bytes(message_id))),
    };
  },

  "body-encode": ({ report }) => ({ body: toHex(encodeBody({ categories: [], force: "", answers: {}, ...report })) }),

  "body-parse": ({ data }) => ({ report: desk.parseBody(bytes(data), encodeBody) }),

  "body-split": ({ length }) => ({ parts: splitBody(new Uint8Array(length)).map((part) => part.length) }),

  "zero-pad": ({ data, size }) => ({ padded: toHex(pad(bytes(data), size)) }),

  "inert-text": ({ text }) => ({ text: inert(text) }),

  "armour-write": ({ kind, data }) => ({ text: desk.armour(kind, bytes(data)) }),

  "armour-read": ({ kind, text }) => ({ data: toHex(desk.dearmour(kind, text)) }),

  "cert-parse": async ({ data }) => {
    const cert = parseCert(bytes(data));
    const numbers = { epoch: cert.epoch, not_before: cert.notBefore, not_after: cert.notAfter };
    return { ...numbers, hash: toHex(await certHash(cert)) };
  },

  "envelope-plain-parse": ({ plain }) => {
    const [found, signature] = desk.parseEnvelopePlain(bytes(plain));
    return { type: nameOf(EnvelopeType, found.type), body: toHex(found.body), signature: toHex(signature) };
  },

  "envelope-open": async ({ envelope, epochs }) => {
    const { plain, epoch, signature } = await desk.openEnvelope(bytes(envelope), await openers(epochs));
    return {
      id: toHex(await envelopeId(bytes(envelope))),
      epoch,
      type: nameOf(EnvelopeType, plain.type),
      pseudonym: toHex(plain.pseudonym),
      beacon: toHex(plain.beacon),
      refresh: toHex(plain.refresh),
      message_id: toHex(plain.messageId),
      part: plain.part,
      parts: plain.parts,
      ack: plain.ack,
      body: toHex(plain.body),
      signature: toHex(signature),
    };
  },

  "reply-chain": async ({ refresh, unit_id, pseudonym, step }) => {
    let key = await board.chainStart(bytes(refresh), bytes(unit_id), bytes(pseudonym));
    for (let at = 0; at < step; at++) key = await board.chainNext(key);
    return { chain_key: toHex(key) };
  },

  "entry-names": async ({ period, slot, message_id, step, ...names }) => {
    const clear = concat(bytes(message_id), u16(step));
    const index = await board.maskIndex(whose(names), period, slot, clear);
    const [messageId, found] = await board.unmaskIndex(whose(names), period, slot, index);
    const tag = toHex(await board.entryTag(whose(names), period, slot));
    return { tag, index: toHex(index), found: [toHex(messageId), found] };
  },

  "entry-plain-parse": ({ plain }) => {
    const [found, , signature] = board.parseEntryPlain(bytes(plain));
    return { msg_no: found.msgNo, text: toHex(found.text), signature: toHex(signature) };
  },

  "receipt-parse": ({ answer }) => {
    const found = wire.parseReceipt(utf8(answer));
    return { id: toHex(found.id), period: found.period, bytes: toHex(wire.encodeReceipt(found)) };
  },

  "intake-parse": ({ answer }) => desk.parseIntakeState(utf8(answer)),

  "segment-parse": async ({ data }) => {
    const { period, closed, envelopes, root } = await desk.parseSegment(bytes(data));
    return { period, closed, envelopes, root: toHex(root) };
  },

  "segment-request": ({ seed, service_id, unit_id, period }) => {
    const body = desk.segmentRequest(bytes(service_id), bytes(unit_id), period);
    return { signature: toHex(primitives.ed25519Sign(bytes(seed), body)) };
  },

  "segment-request-verify": async ({ signature, service_id, unit_id, period, ...keys }) => {
    const body = desk.segmentRequest(bytes(service_id), bytes(unit_id), period);
    await primitives.ed25519Verify(bytes(keys.public), body, bytes(signature));
    return {};
  },

  "read-fields": ({ data, widths }) => {
    const reader = new Reader(bytes(data), "fields");
    const values = widths.map((width) => reader.number(width));
    reader.end();
    return { values };
  },
};
