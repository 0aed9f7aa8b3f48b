// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Files in blobs of one size, sealed (docs/protocol.md, step 5.10). */

import { concat } from "./bytes.js";
import { BLOB_PLAIN, KEY } from "./constants.js";
import { u32 } from "./encoding.js";
import { BadValue, WrongLength } from "./errors.js";
import { BLOB_AAD } from "./labels.js";
import { pad } from "./padding.js";
import { aeadSeal } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * `u64 number || u32 last-flag`: a key serves one file, so that no nonce comes twice under it.
 * @param {number} number
 * @param {boolean} last
 */
function nonceOf(number, last) {
  return concat(u32(Math.floor(number / 2 ** 32)), u32(number % 2 ** 32), u32(last ? 1 : 0));
}

/**
 * 262,144 bytes. `number` counts the blobs of a file from 0; only the `last` piece may be shorter than 262,128 bytes,
 * and none is empty. Throws WrongLength, BadValue.
 * @param {Bytes} key
 * @param {number} number
 * @param {boolean} last
 * @param {Bytes} piece
 * @param {Bytes} serviceId
 */
export async function sealBlob(key, number, last, piece, serviceId) {
  if (key.length !== KEY) throw new WrongLength("file key");
  const { length } = piece;
  if (length < 1 || length > BLOB_PLAIN || (length < BLOB_PLAIN && !last)) throw new BadValue("piece");
  return aeadSeal(key, nonceOf(number, last), pad(piece, BLOB_PLAIN), concat(BLOB_AAD, serviceId));
}
