// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Numbers and letters in bytes, and their checksums. */

/** Letters that are made of bytes at one time: more arguments than that no browser takes. */
const AT_ONCE = 8_192;

/**
 * A letter for each byte, so that expressions find bytes.
 * @param {Uint8Array} data
 */
export function latin(data) {
  const pieces = [];
  for (let at = 0; at < data.length; at += AT_ONCE) pieces.push(String.fromCharCode(...data.subarray(at, at + AT_ONCE)));
  return pieces.join("");
}

/** The bytes of a text that `latin` made. @param {string} text */
export function bytesOf(text) {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/**
 * Whether these letters stand there.
 * @param {Uint8Array} data
 * @param {string} letters
 * @param {number} [at]
 */
export function begins(data, letters, at = 0) {
  for (let place = 0; place < letters.length; place++) if (data[at + place] !== letters.charCodeAt(place)) return false;
  return true;
}

/**
 * A number of so many bytes; those that are not there count as none.
 * @param {Uint8Array} data
 * @param {number} at
 * @param {number} width
 * @param {boolean} [little] whether the least byte comes first
 */
export function number(data, at, width, little = false) {
  const piece = data.subarray(at, at + width);
  return (little ? piece.slice().reverse() : piece).reduce((sum, byte) => sum * 256 + byte, 0);
}

/**
 * The same the other way.
 * @param {number} value
 * @param {number} width
 * @param {boolean} [little]
 */
export function written(value, width, little = false) {
  const made = Uint8Array.from({ length: width }, (_, at) => Math.floor(value / 256 ** (width - 1 - at)) % 256);
  return little ? made.reverse() : made;
}

/** @param {Uint8Array[]} pieces */
export function joined(...pieces) {
  const made = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    made.set(piece, at);
    at += piece.length;
  }
  return made;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let found = byte;
  for (let bit = 0; bit < 8; bit++) found = found & 1 ? 0xedb8_8320 ^ (found >>> 1) : found >>> 1;
  return found;
});

/** CRC-32 (ISO 3309). @param {Uint8Array} data */
export function crc32(data) {
  let found = -1;
  const { length } = data;
  for (let at = 0; at < length; at++) {
    found = /** @type {number} */ (CRC[(found ^ /** @type {number} */ (data[at])) & 255]) ^ (found >>> 8);
  }
  return ~found >>> 0;
}

/** Adler-32 (RFC 1950). @param {Uint8Array} data */
export function adler32(data) {
  let [low, high] = [1, 0];
  for (const byte of data) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}
