// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Text of the other side made harmless: nothing in it acts on a page, and nothing is hidden. */

const KEPT = "\n\t";
const JOINER = "\u200d";
const SELECTORS = "\ufe0e\ufe0f";
/** What nobody could see, or what changes its neighbours: letters and marks that are drawn as nothing included. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800\u{1d159}\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0d\u{16fe4}\u{e0100}-\u{e01ef}]/u;
const EMOJI =
  /[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\u{1f000}-\u{1faff}]/u;
const KEYS = "#*0123456789";
const KEYCAP = "\u20e3";

/** @param {string} letter */
function shown(letter) {
  const number = /** @type {number} */ (letter.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
  return `\u27e6U+${number}\u27e7`;
}

/**
 * Whether the joiner or selector at this place belongs to an emoji sequence; elsewhere it is shown.
 * @param {string[]} letters
 * @param {number} at
 * @returns {boolean}
 */
function joins(letters, at) {
  const before = letters[at - 1] ?? " ";
  const after = letters[at + 1] ?? " ";
  if (letters[at] !== JOINER) return EMOJI.test(before) || (KEYS.includes(before) && after === KEYCAP);
  return (SELECTORS.includes(before) ? joins(letters, at - 1) : EMOJI.test(before)) && EMOJI.test(after);
}

/**
 * `text` with every control, bidirectional, zero-width, unassigned or private character shown as its number.
 *
 * Line feeds and tabs stay; a carriage return before a line feed is dropped. Right-to-left letters stay as they are.
 * @param {string} text
 */
export function inert(text) {
  return Array.from(text.replaceAll("\r\n", "\n"))
    .map((letter, at, letters) => {
      if (letter === JOINER || SELECTORS.includes(letter)) return joins(letters, at) ? letter : shown(letter);
      return !KEPT.includes(letter) && HIDDEN.test(letter) ? shown(letter) : letter;
    })
    .join("");
}
