// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Codenames, and the keys that a source makes from one (docs/protocol.md, section 4). */

import { concat, toBigInt, toHex, utf8 } from "./bytes.js";
import {
  CHECK_BITS,
  CODENAME_WORDS,
  ENTROPY,
  ENTROPY_BITS,
  LONGEST_CODENAME,
  LONGEST_TYPED,
  STRETCH_LANES,
  STRETCH_MEMORY_KIB,
  STRETCH_PASSES,
  WORDLIST_LENGTH,
  WORDLIST_SHA256,
} from "./constants.js";
import { BadValue, UnknownWord, WrongCheck, WrongLength, WrongWordCount } from "./errors.js";
import * as labels from "./labels.js";
import { argon2id, ed25519Public, hkdf, sha256 } from "./primitives.js";
import { piecesWritten } from "./spelling.js";

/** @import { Bytes } from "./bytes.js" */

const CHECK_BITS_BIG = BigInt(CHECK_BITS);
const BASE = BigInt(WORDLIST_LENGTH);

/**
 * The EFF large list, proved by its hash. `joined` gives the places of a word as it reads without hyphens, its own
 * spelling first; `halved` the place of a word with a hyphen, by that; `known` holds every piece of these.
 * @typedef {object} WordList
 * @property {string[]} words
 * @property {Map<string, number[]>} joined
 * @property {Map<string, number>} halved
 * @property {Set<string>} known
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
  /** @type {Map<string, number>} */
  const halved = new Map();
  for (const [place, word] of words.entries()) {
    if (word.includes("-")) halved.set(word, place);
    else joined.set(word, [place]);
  }
  for (const [word, place] of halved) {
    const plain = word.replaceAll("-", "");
    joined.set(plain, [...(joined.get(plain) ?? []), place]);
  }
  const halves = [...halved.keys()].flatMap((word) => word.split("-"));
  return { words, joined, halved, known: new Set([...joined.keys(), ...halves]) };
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
 * What of a text may be words (step 4.2).
 * @param {string} typed
 * @param {WordList} list
 */
export function pieces(typed, list) {
  return piecesWritten(typed, list.known);
}

/**
 * The place of a word that two pieces make with a hyphen between them.
 * @param {string[]} found
 * @param {number} at
 * @param {WordList} list
 */
export function hyphenated(found, at, list) {
  return at + 1 < found.length ? list.halved.get(`${found[at]}-${found[at + 1]}`) : undefined;
}

/**
 * Every way to read the pieces as eight words of the list: at each piece the list's own spelling first, then a word with
 * a hyphen that is written without, then one written as two pieces.
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
  return wrongCount(position);
}

/** @param {number} count */
function wrongCount(count) {
  return new WrongWordCount(count === 1 ? "1 word" : `${count} words`, { count });
}

/**
 * The entropy of each reading whose check bits hold, the list's own spelling first.
 * @param {string[]} found
 * @param {WordList} list
 */
async function entropies(found, list) {
  /** @type {Bytes[]} */
  const held = [];
  let read = false;
  for (const places of readings(found, list)) {
    read = true;
    const value = places.reduce((sum, place) => sum * BASE + BigInt(place), 0n);
    if (value >> BigInt(ENTROPY_BITS + CHECK_BITS)) continue;
    const entropy = fromBigInt(value >> CHECK_BITS_BIG, ENTROPY);
    if ((value & ((1n << CHECK_BITS_BIG) - 1n)) === (await check(entropy))) held.push(entropy);
  }
  return { held, read };
}

/**
 * The 12 entropy bytes of a codename as a person or a device wrote it (step 4.2).
 * Throws UnknownWord (with the place, never the word), WrongWordCount, WrongCheck.
 * @param {string} typed
 * @param {WordList} list
 * @returns {Promise<Bytes>}
 */
export async function decodeCodename(typed, list) {
  // A character is one or two units of the string: what is cut off here lies beyond the bound.
  const characters = [...typed.slice(0, 2 * LONGEST_TYPED + 2)];
  const found = pieces(characters.slice(0, LONGEST_TYPED).join(""), list);
  if (characters.length > LONGEST_TYPED || found.join(" ").length > LONGEST_CODENAME) throw wrongCount(found.length);
  const { held, read } = await entropies(found, list);
  if (held[0]) return held[0];
  throw read ? new WrongCheck("codename") : fault(found, list);
}

/**
 * Whether the words, written without hyphens, are the codename of other entropy too: nobody may be given them.
 * @param {string[]} codename
 * @param {WordList} list
 */
export async function hasTwoReadings(codename, list) {
  const { held } = await entropies(
    codename.map((word) => word.replaceAll("-", "")),
    list,
  );
  return held.length > 1;
}

/**
 * A new codename: its entropy and its eight words (step 4.1).
 * @param {(count: number) => Bytes} random gives that many random bytes, 12 a draw
 * @param {WordList} list
 */
export async function makeCodename(random, list) {
  for (;;) {
    const entropy = entropyFromRandom(random(ENTROPY));
    const words = await encodeCodename(entropy, list);
    if (!(await hasTwoReadings(words, list))) return { entropy, words };
  }
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
