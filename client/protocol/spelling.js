// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The pieces of a codename as people and devices write them down (docs/protocol.md, step 4.2).
 *
 * Every set of characters is spelled out, so that the answer depends on no version of the Unicode tables.
 */

import { LONGEST_WORD } from "./constants.js";

/** Apostrophes, and what nobody sees: they stand inside a word as well as between two. */
const WEAK =
  /['`\u00b4\u02b9-\u02bd\u2018-\u201b\u2032\u2035\uff07\uff40\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
/**
 * Numerals and abbreviations that compatibility would turn into letters, and whatever lies outside the first plane but
 * the mathematical alphabets.
 */
const SIGNS =
  /[\u00aa\u00ba\u02b0-\u02b8\u02e0-\u02e4\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u2070-\u209c\u2100\u2101\u2103\u2105\u2106\u2109\u2116\u2120-\u2122\u213b\u2160-\u2188\u2460-\u24ff\u2c7c\u2c7d\u3200-\u33ff\ua7f1-\ua7f4\u{10000}-\u{1d3ff}\u{1d800}-\u{10ffff}]/gu;
const MARKS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;
const ORDINALS = /[0-9]+(?:st|nd|rd|th)(?![a-z'])/g;
/** What stands before an item of a list, or is its dot: no word of the codenames' list is so short but for a half, t. */
const LABEL = /^(?:[a-su-z]|[ivx]{1,4})$/;
const GAP = /[^a-z']+/;

/**
 * Letters with weak marks between them, joined: each piece the longest after which the rest can be made too; one piece
 * when there is no such way.
 * @param {string[]} parts
 * @param {Set<string>} known
 * @returns {string[]}
 */
function wordsOf(parts, known) {
  const ends = new Map([[parts.length, parts.length]]);
  for (let start = parts.length - 1; start >= 0; start--) {
    for (let end = Math.min(parts.length, start + LONGEST_WORD); end > start && !ends.has(start); end--) {
      if (ends.has(end) && known.has(parts.slice(start, end).join(""))) ends.set(start, end);
    }
  }
  if (!ends.has(0)) return [parts.join("")];
  const pieces = [];
  for (let at = 0; at < parts.length; at = Number(ends.get(at))) pieces.push(parts.slice(at, ends.get(at)).join(""));
  return pieces;
}

/**
 * What of a text may be words: runs of the letters a to z, in order. Whatever else there is parts them.
 * @param {string} typed
 * @param {Set<string>} known the words without hyphens, and the halves of those with one
 */
export function piecesWritten(typed, known) {
  const plain = typed.replace(WEAK, "'").replace(SIGNS, " ").normalize("NFKD");
  const lower = plain.replace(MARKS, "").replaceAll("\u0131", "i").toLowerCase();
  const runs = lower.replace(ORDINALS, " ").split(GAP);
  const parted = runs.map((run) => run.split("'").filter((part) => part)).filter((parts) => parts.length > 0);
  return parted.flatMap((parts) => wordsOf(parts, known)).filter((piece) => !LABEL.test(piece));
}
