// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Zero padding to a fixed size (docs/protocol.md, steps 5.2 and 6.4). */

import { BadPadding, TooLong } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

/**
 * `data` followed by zeros, `size` bytes in all. Throws TooLong.
 * @param {Bytes} data
 * @param {number} size
 * @returns {Bytes}
 */
export function pad(data, size) {
  if (data.length > size) throw new TooLong("padding", { parts: 2, allowed: 1 });
  const padded = new Uint8Array(size);
  padded.set(data);
  return padded;
}

/**
 * The first `length` bytes; the rest must be zeros. Throws BadPadding.
 * @param {Bytes} field
 * @param {number} length
 * @returns {Bytes}
 */
export function unpad(field, length) {
  if (length > field.length || field.subarray(length).some((byte) => byte !== 0)) throw new BadPadding("padding");
  return field.subarray(0, length);
}
