// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Packed bytes unpacked up to a bound (RFC 1950, RFC 1951). The browser's own unpacks streams to their end, and says
 * nothing of those that are cut.
 */

import { adler32 } from "./bytes.js";
import { NotOfItsKind } from "./told.js";

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LONGEST_CODE = 15;
const WINDOW = 32_768;
const LENGTHS = table(28, 3, 4, 258);
const DISTANCES = table(30, 1, 2, 0);

/**
 * Where each code of lengths or distances begins, and how many bits more it has.
 * @param {number} count
 * @param {number} first
 * @param {number} each codes of one number of bits
 * @param {number} last a code of its own behind them, or 0
 */
function table(count, first, each, last) {
  let next = first;
  const found = Array.from({ length: count }, (_, at) => {
    const bits = Math.max(0, Math.floor(at / each) - 1);
    const begin = next;
    next += 2 ** bits;
    return { begin, bits };
  });
  return last ? [...found, { begin: last, bits: 0 }] : found;
}

/** The bytes end here. */
class Cut extends Error {}

class Bits {
  #data;
  at = 0;
  #held = 0;
  #count = 0;

  /** @param {Uint8Array} data */
  constructor(data) {
    this.#data = data;
  }

  /** @param {number} count */
  take(count) {
    while (this.#count < count) {
      const byte = this.#data[this.at++];
      if (byte === undefined) throw new Cut();
      this.#held |= byte << this.#count;
      this.#count += 8;
    }
    const found = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return found;
  }

  /** To the next whole byte. */
  align() {
    [this.#held, this.#count] = [0, 0];
  }
}

/** Codes by their lengths (RFC 1951, 3.2.2). */
class Codes {
  #counts = new Uint16Array(LONGEST_CODE + 1);
  /** @type {number[]} */
  #symbols = [];

  /**
   * @param {number[]} lengths
   * @param {boolean} [single] whether one code alone is none too few
   */
  constructor(lengths, single = false) {
    for (const length of lengths) this.#counts[length] = (this.#counts[length] ?? 0) + 1;
    this.#counts[0] = 0;
    let left = 1;
    for (let bits = 1; bits <= LONGEST_CODE; bits++) {
      left = 2 * left - (this.#counts[bits] ?? 0);
      if (left < 0) throw new NotOfItsKind("codes");
      lengths.forEach((length, symbol) => length === bits && this.#symbols.push(symbol));
    }
    const few = single && this.#symbols.length <= 1 && lengths.every((length) => length <= 1);
    if (left > 0 && !few) throw new NotOfItsKind("codes");
  }

  /** @param {Bits} bits */
  next(bits) {
    let [code, first, place] = [0, 0, 0];
    for (let length = 1; length <= LONGEST_CODE; length++) {
      code |= bits.take(1);
      const count = this.#counts[length] ?? 0;
      if (code - first < count) return /** @type {number} */ (this.#symbols[place + code - first]);
      place += count;
      first = 2 * (first + count);
      code *= 2;
    }
    throw new NotOfItsKind("code");
  }
}

const fixed = () => ({
  literals: new Codes(Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8))),
  distances: new Codes(new Array(32).fill(5)),
});

/** @param {Bits} bits */
function dynamic(bits) {
  const [literals, distances, count] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
  if (literals > 286 || distances > 30) throw new NotOfItsKind("codes");
  const first = new Array(19).fill(0);
  for (const place of ORDER.slice(0, count)) first[place] = bits.take(3);
  const codes = new Codes(first);
  /** @type {number[]} */
  const lengths = [];
  while (lengths.length < literals + distances) {
    const symbol = codes.next(bits);
    if (symbol < 16) {
      lengths.push(symbol);
      continue;
    }
    if (symbol === 16 && !lengths.length) throw new NotOfItsKind("repeat");
    const again = symbol === 16 ? (lengths.at(-1) ?? 0) : 0;
    const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    for (let one = 0; one < times; one++) lengths.push(again);
  }
  if (lengths.length > literals + distances || !lengths[256]) throw new NotOfItsKind("lengths");
  return { literals: new Codes(lengths.slice(0, literals), true), distances: new Codes(lengths.slice(literals), true) };
}

/** What came out so far, and no more than `most`. */
class Unpacked {
  bytes;
  size = 0;

  /** @param {number} most */
  constructor(most) {
    this.bytes = new Uint8Array(most);
  }

  get full() {
    return this.size >= this.bytes.length;
  }

  /** @param {number} byte */
  add(byte) {
    if (!this.full) this.bytes[this.size++] = byte;
  }

  /**
   * @param {number} length
   * @param {number} distance
   */
  again(length, distance) {
    if (distance > Math.min(this.size, WINDOW)) throw new NotOfItsKind("distance");
    for (let one = 0; one < length && !this.full; one++) this.add(this.bytes[this.size - distance] ?? 0);
  }
}

/**
 * @param {Bits} bits
 * @param {Unpacked} out
 */
function stored(bits, out) {
  bits.align();
  const [size, check] = [bits.take(16), bits.take(16)];
  if ((size ^ check) !== 0xffff) throw new NotOfItsKind("stored");
  for (let one = 0; one < size && !out.full; one++) out.add(bits.take(8));
}

/**
 * @param {Bits} bits
 * @param {Unpacked} out
 * @param {{literals: Codes, distances: Codes}} codes
 */
function packed(bits, out, { literals, distances }) {
  while (!out.full) {
    const symbol = literals.next(bits);
    if (symbol < 256) {
      out.add(symbol);
      continue;
    }
    if (symbol === 256) return;
    const length = LENGTHS[symbol - 257];
    if (!length) throw new NotOfItsKind("length");
    const size = length.begin + bits.take(length.bits);
    const distance = DISTANCES[distances.next(bits)];
    if (!distance) throw new NotOfItsKind("distance");
    out.again(size, distance.begin + bits.take(distance.bits));
  }
}

/**
 * The first `most` bytes that are packed here; fewer where the bytes end before. Throws NotOfItsKind.
 * @param {Uint8Array} data
 * @param {number} most
 */
export function inflate(data, most) {
  const [bits, out] = [new Bits(data), new Unpacked(most)];
  let ended = false;
  try {
    while (!ended && !out.full) {
      ended = bits.take(1) === 1;
      const way = bits.take(2);
      if (way === 3) throw new NotOfItsKind("block");
      if (way === 0) stored(bits, out);
      else packed(bits, out, way === 1 ? fixed() : dynamic(bits));
    }
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
    ended = false;
  }
  return { bytes: out.bytes.subarray(0, out.size), ended: ended && !out.full, at: bits.at };
}

/**
 * The same with the head of RFC 1950, and its checksum where the end is reached.
 * @param {Uint8Array} data
 * @param {number} most
 */
export function unpack(data, most) {
  const [method = 0, flags = 0] = data;
  if (data.length < 2) return data.subarray(0, 0);
  if ((method * 256 + flags) % 31 || method % 16 !== 8 || method >> 4 > 7 || flags & 0x20) throw new NotOfItsKind("head");
  const rest = data.subarray(2);
  const { bytes, ended, at } = inflate(rest, most);
  const check = rest.subarray(at, at + 4);
  if (ended && check.length === 4 && check.reduce((sum, byte) => sum * 256 + byte, 0) !== adler32(bytes)) {
    throw new NotOfItsKind("checksum");
  }
  return bytes;
}
