// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What Python's `bytes` do by themselves: join, compare, hex. Bytes are never changed in place. */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const ASCII = new TextEncoder();

/**
 * The UTF-8 of a text without lone surrogates.
 * @param {string} text
 * @returns {Bytes}
 */
export function utf8(text) {
  return ASCII.encode(text);
}

/**
 * @param {...Uint8Array} parts
 * @returns {Bytes}
 */
export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export function equal(left, right) {
  if (left.length !== right.length) return false;
  let different = 0;
  for (let at = 0; at < left.length; at++) different |= /** @type {number} */ (left[at]) ^ /** @type {number} */ (right[at]);
  return different === 0;
}

/**
 * @param {Uint8Array} data
 * @returns {string}
 */
export function toHex(data) {
  let text = "";
  for (const byte of data) text += byte.toString(16).padStart(2, "0");
  return text;
}

/**
 * An unsigned big-endian number of any width.
 * @param {Uint8Array} data
 * @returns {bigint}
 */
export function toBigInt(data) {
  return data.length ? BigInt(`0x${toHex(data)}`) : 0n;
}

/**
 * Both of one length.
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 * @returns {Bytes}
 */
export function xor(left, right) {
  return Uint8Array.from(left, (byte, at) => byte ^ /** @type {number} */ (right[at]));
}
