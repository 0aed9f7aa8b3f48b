// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Text of the other side made harmless: nothing in it acts on a page, and nothing is hidden. */

const KEPT = "\n\t";
const JOINER = "\u200d";
const SELECTORS = "\ufe0e\ufe0f";
/** What nobody could see, or what changes its neighbours: letters and marks that are drawn as nothing included. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0d\u{e0100}-\u{e01ef}]/u;
const BEFORE_JOINER = /[\p{So}\p{Sk}\p{Sm}]/u;
const BEFORE_SELECTOR = /[\p{So}\p{Sm}\p{Nd}\p{Po}\p{Lo}#*]/u;

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
  if (letters[at] !== JOINER) return BEFORE_SELECTOR.test(before);
  return SELECTORS.includes(before) ? joins(letters, at - 1) : BEFORE_JOINER.test(before);
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
