// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The list of names in a packed file, and the parts of a document that say what it is and who made it, each bounded.
 * What Python's `zipfile` reads of a file that a program wrote; of one that none wrote perhaps less.
 */

import { begins, crc32, latin, number } from "./bytes.js";
import { inflate } from "./inflate.js";
import { NotOfItsKind } from "./told.js";

export const PACKED = "PK\x03\x04";
const [NAMED, END] = ["PK\x01\x02", "PK\x05\x06"];
const [END_SIZE, NAMED_SIZE, PACKED_SIZE] = [22, 46, 30];
const MOST_NAMES = 4_096;
const MOST_COMMENT = 0xffff;
const MOST_PROPERTIES = 1 << 18;
export const PROPERTIES = ["docProps/core.xml", "docProps/app.xml", "meta.xml"];
const [STORED, DEFLATED] = [0, 8];
/** Encrypted, patched, encrypted strongly. */
const UNREADABLE = 0x61;
const UTF8 = 0x800;

/** @typedef {{name: string, raw: string, flags: number, method: number, crc: number, size: number, whole: number, at: number}} Named */

/**
 * @param {Uint8Array} data
 * @param {number} at
 */
const short = (data, at) => number(data, at, 2, true);
/**
 * @param {Uint8Array} data
 * @param {number} at
 */
const long = (data, at) => number(data, at, 4, true);

/** Whether there are more names than a document has. @param {Uint8Array} data */
function hasTooMany(data) {
  let count = 0;
  for (let at = data.indexOf(0x50); at >= 0; at = data.indexOf(0x50, at)) {
    const named = begins(data, NAMED, at);
    if (named && ++count > MOST_NAMES) return true;
    at += named ? NAMED.length : 1;
  }
  return false;
}

/** Where the list's end stands. @param {Uint8Array} data */
function endOf(data) {
  for (let at = data.length - END_SIZE; at >= Math.max(0, data.length - END_SIZE - MOST_COMMENT); at--) {
    if (data[at] === 0x50 && begins(data, END, at)) return at;
  }
  throw new NotOfItsKind("end");
}

/**
 * Every name, with where its part stands. Throws NotOfItsKind.
 * @param {Uint8Array} data
 */
function names(data) {
  const end = endOf(data);
  const [size, offset] = [long(data, end + 12), long(data, end + 16)];
  const begin = end - size;
  if (begin < 0) throw new NotOfItsKind("list");
  /** @type {Map<string, Named>} */
  const found = new Map();
  for (let at = begin; at < end; ) {
    if (at + NAMED_SIZE > end || !begins(data, NAMED, at)) throw new NotOfItsKind("name");
    const [named, extra, comment] = [short(data, at + 28), short(data, at + 30), short(data, at + 32)];
    const [flags, raw] = [short(data, at + 8), data.subarray(at + NAMED_SIZE, at + NAMED_SIZE + named)];
    const name = inLetters(raw, flags);
    found.set(name.split("\0")[0] ?? "", {
      ...{ name, raw: latin(raw), flags, method: short(data, at + 10), crc: long(data, at + 16) },
      ...{ size: long(data, at + 20), whole: long(data, at + 24), at: long(data, at + 42) + begin - offset },
    });
    at += NAMED_SIZE + named + extra + comment;
  }
  return found;
}

/**
 * Only names that a document has are compared, and those have no other letters.
 * @param {Uint8Array} raw
 * @param {number} flags
 */
function inLetters(raw, flags) {
  if (!(flags & UTF8)) return latin(raw);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new NotOfItsKind("name");
  }
}

/**
 * The first bytes of a part. Throws NotOfItsKind.
 * @param {Uint8Array} data
 * @param {Named} named
 */
function part(data, { raw, flags, method, crc, size, whole, at }) {
  if (!begins(data, PACKED, at) || at + PACKED_SIZE > data.length || flags & UNREADABLE) throw new NotOfItsKind("part");
  const [name, extra] = [short(data, at + 26), short(data, at + 28)];
  const begin = at + PACKED_SIZE + name;
  if (latin(data.subarray(at + PACKED_SIZE, begin)) !== raw) throw new NotOfItsKind("part");
  const held = data.subarray(begin + extra, begin + extra + size);
  const most = Math.min(whole, MOST_PROPERTIES);
  const bytes = method === STORED ? held.subarray(0, most) : inflate(held, most + 1).bytes.subarray(0, most);
  if (whole <= MOST_PROPERTIES && crc32(bytes) !== crc) throw new NotOfItsKind("checksum");
  return bytes;
}

/**
 * The parts of a packed document; of one with more names than a document has, none. Empty where only the name matters.
 * @param {Uint8Array} data
 */
export function membersOf(data) {
  /** @type {Map<string, Uint8Array>} */
  const found = new Map();
  if (hasTooMany(data)) return found;
  try {
    const held = names(data);
    for (const name of held.keys()) found.set(name, new Uint8Array());
    for (const name of [...PROPERTIES, "mimetype"]) {
      const named = held.get(name);
      if (named && [STORED, DEFLATED].includes(named.method)) found.set(name, part(data, named));
    }
  } catch (error) {
    if (!(error instanceof NotOfItsKind)) throw error;
  }
  return found;
}
