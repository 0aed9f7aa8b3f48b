// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What stands inside an envelope (docs/protocol.md, steps 5.2 and 5.4). */

import { concat } from "./bytes.js";
import { BODY_PART, MAX_PARTS, VERSION } from "./constants.js";
import { labelled, u16, u32, u8 } from "./encoding.js";
import { TooLong } from "./errors.js";
import * as labels from "./labels.js";
import { pad } from "./padding.js";
import { sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * One part of a message, an ack or a decoy, before it is sealed.
 *
 * `pseudonym` is P_pk, `beacon` b, `refresh` r (32 bytes each), `messageId` 16 bytes; `part` counts from 1; `ack` is the
 * msg_no up to which the source has every text; `body` at most 15,062 bytes.
 * @typedef {object} EnvelopePlain
 * @property {number} type an EnvelopeType
 * @property {Bytes} pseudonym
 * @property {Bytes} beacon
 * @property {Bytes} refresh
 * @property {Bytes} messageId
 * @property {number} part
 * @property {number} parts
 * @property {number} ack
 * @property {Bytes} body
 */

/** @param {EnvelopePlain} plain */
function start(plain) {
  return concat(Uint8Array.of(VERSION, plain.type), plain.pseudonym);
}

/** @param {EnvelopePlain} plain */
function rest({ messageId, part, parts, ack, body }) {
  return concat(messageId, u8(part), u8(parts), u32(ack), u16(body.length), pad(body, BODY_PART));
}

/**
 * The plaintext without its signature, 15,184 bytes. Throws TooLong.
 * @param {EnvelopePlain} plain
 */
export function encodeUnsigned(plain) {
  return concat(start(plain), plain.beacon, plain.refresh, rest(plain));
}

/**
 * What the source signs: `"s2u-sig" || 0 || H(info) || plain`, with `b || r` replaced by its hash, so that the signature
 * can be shown later without them.
 * @param {EnvelopePlain} plain
 * @param {Bytes} info
 */
export async function signedBytes(plain, info) {
  const hidden = await sha256(concat(plain.beacon, plain.refresh));
  return labelled(labels.SOURCE_MESSAGE_SIGNATURE, await sha256(info), start(plain), hidden, rest(plain));
}

/**
 * The parts of a body, 15,062 bytes each but the last. Throws TooLong with the number.
 * @param {Bytes} body
 */
export function splitBody(body) {
  const parts = Math.max(1, Math.ceil(body.length / BODY_PART));
  if (parts > MAX_PARTS) throw new TooLong(`${parts} parts, at most ${MAX_PARTS}`, { parts, allowed: MAX_PARTS });
  return Array.from({ length: parts }, (_, at) => body.slice(at * BODY_PART, (at + 1) * BODY_PART));
}
