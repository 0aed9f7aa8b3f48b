// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Strict reading and writing of fixed-width, big-endian fields (docs/protocol.md, section 2.2). */

import { concat, utf8 } from "./bytes.js";
import { VERSION } from "./constants.js";
import { BadText, BadValue, TrailingBytes, Truncated, WrongType, WrongVersion } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

const STRICT = { fatal: true, ignoreBOM: true };

/** Takes fields off the front of `data`; every read is bounded and fails as a typed error. */
export class Reader {
  #data;
  #at = 0;
  #name;

  /**
   * @param {Bytes} data
   * @param {string} name what errors call the struct
   */
  constructor(data, name) {
    this.#data = data;
    this.#name = name;
  }

  /** Bytes not yet read. */
  get left() {
    return this.#data.length - this.#at;
  }

  /**
   * Exactly `count` bytes, a view. Throws Truncated.
   * @param {number} count
   * @returns {Bytes}
   */
  take(count) {
    if (count > this.left) throw new Truncated(this.#name);
    const start = this.#at;
    this.#at += count;
    return this.#data.subarray(start, this.#at);
  }

  /**
   * An unsigned big-endian integer of at most four bytes within [low, high]. Throws Truncated, BadValue.
   * @param {number} width
   * @param {number} [low]
   * @param {number} [high]
   */
  number(width, low = 0, high = Infinity) {
    let value = 0;
    for (const byte of this.take(width)) value = value * 256 + byte;
    if (value < low || value > high) throw new BadValue(this.#name);
    return value;
  }

  /** @param {number} [low] @param {number} [high] */
  u8(low, high) {
    return this.number(1, low, high);
  }

  /** @param {number} [low] @param {number} [high] */
  u16(low, high) {
    return this.number(2, low, high);
  }

  /** @param {number} [low] @param {number} [high] */
  u32(low, high) {
    return this.number(4, low, high);
  }

  /**
   * UTF-8 text behind a length of `width` bytes, at most `longest` bytes. Throws BadValue, BadText.
   * @param {number} width
   * @param {number} longest
   */
  text(width, longest) {
    return decodeText(this.take(this.number(width, 0, longest)), this.#name);
  }

  /**
   * The two bytes that start a struct. Throws WrongVersion, WrongType.
   * @param {number} kind a StructType
   */
  struct(kind, version = VERSION) {
    if (this.u8() !== version) throw new WrongVersion(this.#name);
    if (this.u8() !== kind) throw new WrongType(this.#name);
  }

  /** Nothing may follow. Throws TrailingBytes. */
  end() {
    if (this.left) throw new TrailingBytes(this.#name);
  }
}

/**
 * Strict UTF-8. Throws BadText.
 * @param {Bytes} data
 * @param {string} name
 */
export function decodeText(data, name) {
  try {
    return new TextDecoder("utf-8", STRICT).decode(data);
  } catch {
    throw new BadText(name);
  }
}

/**
 * Whether no half of a surrogate pair stands alone. The method of that name is younger than the browsers that can do all
 * else.
 * @param {string} text
 */
export function isWellFormed(text) {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * Strict UTF-8 of a text that may hold lone surrogates. Throws BadText.
 * @param {string} text
 * @param {string} name
 */
export function encodeText(text, name) {
  if (!isWellFormed(text)) throw new BadText(name);
  return utf8(text);
}

/** @param {number} value @returns {Bytes} */
export function u8(value) {
  return Uint8Array.of(value);
}

/** @param {number} value @returns {Bytes} */
export function u16(value) {
  return Uint8Array.of(value >>> 8, value);
}

/** @param {number} value @returns {Bytes} */
export function u32(value) {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/**
 * The two bytes that start a struct.
 * @param {number} kind a StructType
 * @returns {Bytes}
 */
export function head(kind) {
  return Uint8Array.of(VERSION, kind);
}

/**
 * What a signature covers: `label || 0x00 || body`.
 * @param {Bytes} label
 * @param {...Uint8Array} body
 */
export function labelled(label, ...body) {
  return concat(label, Uint8Array.of(0), ...body);
}
