// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Codenames, and the keys that a source makes from one (docs/protocol.md, section 4). */

import { concat, toBigInt, toHex, utf8 } from "./bytes.js";
import {
  CHECK_BITS,
  CODENAME_WORDS,
  ENTROPY,
  ENTROPY_BITS,
  STRETCH_LANES,
  STRETCH_MEMORY_KIB,
  STRETCH_PASSES,
  WORDLIST_LENGTH,
  WORDLIST_SHA256,
} from "./constants.js";
import { BadValue, UnknownWord, WrongCheck, WrongLength, WrongWordCount } from "./errors.js";
import * as labels from "./labels.js";
import { argon2id, ed25519Public, hkdf, sha256 } from "./primitives.js";

/** @import { Bytes } from "./bytes.js" */

/** White space as Python's regular expressions know it, and hyphens of any kind. */
const SPACES = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\-\xad\u2010-\u2015\u2212]+/;
const MAX_TYPED = 512;
const CHECK_BITS_BIG = BigInt(CHECK_BITS);
const BASE = BigInt(WORDLIST_LENGTH);

/**
 * The EFF large list, proved by its hash. `joined` gives the places of a word as it reads without hyphens.
 * @typedef {{words: string[], places: Map<string, number>, joined: Map<string, number[]>}} WordList
 */

/**
 * The list's file, byte for byte. Throws BadValue when it is another.
 * @param {Bytes} data
 * @returns {Promise<WordList>}
 */
export async function loadWordlist(data) {
  if (toHex(await sha256(data)) !== WORDLIST_SHA256) throw new BadValue("word list");
  const words = new TextDecoder().decode(data).trim().split("\n");
  /** @type {Map<string, number[]>} */
  const joined = new Map();
  for (const [place, word] of words.entries()) {
    const plain = word.replaceAll("-", "");
    joined.set(plain, [...(joined.get(plain) ?? []), place]);
  }
  return { words, places: new Map(words.map((word, place) => [word, place])), joined };
}

/**
 * 92 bits: 12 random bytes with the top four bits cleared.
 * @param {Bytes} random12
 * @returns {Bytes}
 */
export function entropyFromRandom(random12) {
  if (random12.length !== ENTROPY) throw new WrongLength("entropy");
  return random12.map((byte, at) => (at ? byte : byte & 0x0f));
}

/** @param {Bytes} entropy */
async function check(entropy) {
  const digest = await sha256(concat(labels.CODENAME_CHECK, entropy));
  return toBigInt(digest.subarray(0, 2)) >> (16n - CHECK_BITS_BIG);
}

/**
 * Eight words for 92 bits (step 4.1). Throws BadValue when the top four bits are not zero.
 * @param {Bytes} entropy
 * @param {WordList} list
 */
export async function encodeCodename(entropy, list) {
  if (entropy.length !== ENTROPY || Number(entropy[0]) & 0xf0) throw new BadValue("entropy");
  let value = (toBigInt(entropy) << CHECK_BITS_BIG) | (await check(entropy));
  /** @type {string[]} */
  const words = [];
  for (let left = CODENAME_WORDS; left > 0; left--) {
    words.unshift(/** @type {string} */ (list.words[Number(value % BASE)]));
    value /= BASE;
  }
  return words;
}

/**
 * Lower-case pieces without spaces and hyphens of any kind.
 * @param {string} typed
 */
export function pieces(typed) {
  return typed
    .normalize("NFKC")
    .toLowerCase()
    .split(SPACES)
    .filter((piece) => piece);
}

/**
 * The place of a word that two pieces make with a hyphen between them.
 * @param {string[]} found
 * @param {number} at
 * @param {WordList} list
 */
export function hyphenated(found, at, list) {
  return at + 1 < found.length ? list.places.get(`${found[at]}-${found[at + 1]}`) : undefined;
}

/**
 * Every way to read the pieces as eight words of the list, where a word with a hyphen may be two pieces.
 * @param {string[]} found
 * @param {WordList} list
 * @param {number} at
 * @param {number[]} taken
 * @returns {Generator<number[]>}
 */
function* readings(found, list, at = 0, taken = []) {
  const piece = found[at];
  if (taken.length === CODENAME_WORDS || piece === undefined) {
    if (taken.length === CODENAME_WORDS && piece === undefined) yield taken;
    return;
  }
  for (const place of list.joined.get(piece) ?? []) yield* readings(found, list, at + 1, [...taken, place]);
  const both = hyphenated(found, at, list);
  if (both !== undefined) yield* readings(found, list, at + 2, [...taken, both]);
}

/**
 * Where the pieces stop being words: the first unknown one by place, else their count.
 * @param {string[]} found
 * @param {WordList} list
 */
function fault(found, list) {
  let position = 0;
  for (let at = 0; at < found.length; position++) {
    if (hyphenated(found, at, list) !== undefined) at += 2;
    else if (list.joined.has(/** @type {string} */ (found[at]))) at += 1;
    else return new UnknownWord(`word ${position + 1}`, { position: position + 1 });
  }
  return new WrongWordCount(`${position} words`, { count: position });
}

/**
 * The 12 entropy bytes of a codename as a person typed it (step 4.2): case, spaces and hyphens are forgiven.
 * Throws UnknownWord (with the place, never the word), WrongWordCount, WrongCheck.
 * @param {string} typed
 * @param {WordList} list
 * @returns {Promise<Bytes>}
 */
export async function decodeCodename(typed, list) {
  if ([...typed].length > MAX_TYPED) {
    const count = typed.trim().split(/\s+/).length;
    throw new WrongWordCount(`${count} words`, { count });
  }
  const found = pieces(typed);
  let read = false;
  for (const places of readings(found, list)) {
    read = true;
    const value = places.reduce((sum, place) => sum * BASE + BigInt(place), 0n);
    if (value >> BigInt(ENTROPY_BITS + CHECK_BITS)) continue;
    const entropy = fromBigInt(value >> CHECK_BITS_BIG, ENTROPY);
    if ((value & ((1n << CHECK_BITS_BIG) - 1n)) === (await check(entropy))) return entropy;
  }
  throw read ? new WrongCheck("codename") : fault(found, list);
}

/**
 * @param {bigint} value
 * @param {number} size
 * @returns {Bytes}
 */
function fromBigInt(value, size) {
  return Uint8Array.from({ length: size }, (_, at) => Number((value >> BigInt(8 * (size - 1 - at))) & 0xffn));
}

/**
 * S: Argon2id over the entropy, salted with the service (step 4.3). 32 bytes; about 19 MiB, from a fifth of a second to
 * ten seconds.
 * @param {Bytes} entropy
 * @param {Bytes} serviceId
 * @param {(share: number) => void} [onProgress]
 */
export async function stretch(entropy, serviceId, onProgress) {
  const salt = (await sha256(concat(labels.STRETCH_SALT, serviceId))).subarray(0, 16);
  return argon2id(entropy, salt, STRETCH_MEMORY_KIB, STRETCH_PASSES, STRETCH_LANES, onProgress);
}

/**
 * What a source holds towards one unit (step 4.4). Keys of two units have nothing in common.
 * @typedef {object} ConversationKeys
 * @property {Bytes} unitId
 * @property {Bytes} key
 * @property {Bytes} signingSeed
 * @property {Bytes} pseudonym
 * @property {Bytes} beacon
 */

/**
 * K, P and b for one unit, from S (step 4.4).
 * @param {Bytes} stretched
 * @param {Bytes} unitId
 * @returns {Promise<ConversationKeys>}
 */
export async function conversationKeys(stretched, unitId) {
  const key = await hkdf(stretched, concat(labels.CONVERSATION, unitId));
  const signingSeed = await hkdf(key, labels.PSEUDONYM);
  const beacon = await hkdf(key, labels.BEACON);
  return { unitId, key, signingSeed, pseudonym: ed25519Public(signingSeed), beacon };
}

/**
 * r: the fresh chain seed that the message of this id brings.
 * @param {ConversationKeys} keys
 * @param {Bytes} messageId
 */
export function refresh(keys, messageId) {
  return hkdf(keys.key, concat(labels.REFRESH, messageId));
}

/**
 * The text of a codename's words as the list's file spells it.
 * @param {string} spaced
 */
export function wordlistFile(spaced) {
  return utf8(`${spaced.replaceAll(" ", "\n")}\n`);
}
