// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Sealing an envelope: message, ack or decoy, all of one size (docs/protocol.md, steps 5.1 to 5.5). */

import { concat, equal } from "./bytes.js";
import { certHash, envelopeInfo } from "./certificates.js";
import { refresh } from "./codename.js";
import { EnvelopeType, KEY, MESSAGE_ID } from "./constants.js";
import { encodeUnsigned, signedBytes } from "./envelope_format.js";
import { BadValue, WrongLength } from "./errors.js";
import { ed25519Public, ed25519Sign, hpkeSeal, sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */
/** @import { EpochCert } from "./certificates.js" */
/** @import { ConversationKeys } from "./codename.js" */
/** @import { EnvelopePlain } from "./envelope_format.js" */

/** Random bytes of a decoy: signing seed, b, r, message_id. */
export const DECOY_RANDOM = KEY + KEY + KEY + MESSAGE_ID;

/**
 * H(envelope), 32 bytes.
 * @param {Bytes} envelope
 */
export function envelopeId(envelope) {
  return sha256(envelope);
}

/**
 * @param {EpochCert} cert
 * @param {Bytes} signingSeed
 * @param {EnvelopePlain} plain
 */
async function seal(cert, signingSeed, plain) {
  const info = envelopeInfo(await certHash(cert));
  const signature = ed25519Sign(signingSeed, await signedBytes(plain, info));
  return hpkeSeal(cert.public, concat(encodeUnsigned(plain), signature), info);
}

/**
 * @param {ConversationKeys} keys
 * @param {EpochCert} cert
 * @param {Pick<EnvelopePlain, "type" | "messageId" | "part" | "parts" | "body" | "ack">} what
 */
async function sealAs(keys, cert, what) {
  if (!equal(keys.unitId, cert.unitId)) throw new BadValue("keys of another unit");
  const { pseudonym, beacon } = keys;
  return seal(cert, keys.signingSeed, { pseudonym, beacon, refresh: await refresh(keys, what.messageId), ...what });
}

/**
 * One part of a message, 16,384 bytes. Throws BadPublicKey, BadValue, TooLong.
 * @param {ConversationKeys} keys
 * @param {EpochCert} cert
 * @param {Bytes} messageId
 * @param {number} part
 * @param {number} parts
 * @param {Bytes} body
 * @param {number} ack
 */
export function sealMessage(keys, cert, messageId, part, parts, body, ack) {
  return sealAs(keys, cert, { type: EnvelopeType.MESSAGE, messageId, part, parts, body, ack });
}

/**
 * An acknowledgement of every text up to `ack`, which brings a fresh chain too. Throws BadPublicKey, BadValue.
 * @param {ConversationKeys} keys
 * @param {EpochCert} cert
 * @param {Bytes} messageId
 * @param {number} ack
 */
export function sealAck(keys, cert, messageId, ack) {
  return sealAs(keys, cert, { type: EnvelopeType.ACK, messageId, part: 1, parts: 1, body: new Uint8Array(0), ack });
}

/**
 * An envelope that says nothing, sealed in earnest with fresh keys (step 5.5). Throws BadPublicKey, WrongLength.
 * @param {EpochCert} cert
 * @param {Bytes} random112
 */
export function sealDecoy(cert, random112) {
  if (random112.length !== DECOY_RANDOM) throw new WrongLength("decoy randomness");
  const [seed, beacon, fresh] = [0, 1, 2].map((at) => random112.slice(at * KEY, (at + 1) * KEY));
  if (!seed || !beacon || !fresh) throw new WrongLength("decoy randomness");
  const what = { type: EnvelopeType.DECOY, messageId: random112.slice(3 * KEY), part: 1, parts: 1, ack: 0 };
  return seal(cert, seed, { pseudonym: ed25519Public(seed), beacon, refresh: fresh, body: new Uint8Array(0), ...what });
}
