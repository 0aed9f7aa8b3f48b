// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Help while a person types a codename: which word is wrong, and which one it may have been. Nothing leaves here. */

import { decodeCodename, encodeCodename, hyphenated, pieces } from "../protocol/codename.js";
import { CODENAME_WORDS } from "../protocol/constants.js";
import { CodenameError } from "../protocol/errors.js";

/** @import { WordList } from "../protocol/codename.js" */
/** @import { WordsTold } from "../worker_messages.js" */

/** Letters changed, left out, added or swapped with their neighbour, beyond which a word is not near. */
const NEAR = 2;

/**
 * The number of changes from one word to the other, or more than `most` when there are more (optimal string alignment).
 * @param {string} left
 * @param {string} right
 * @param {number} most
 */
function distance(left, right, most) {
  if (Math.abs(left.length - right.length) > most) return most + 1;
  /** @type {number[]} */
  let before = [];
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      let best = Math.min(Number(row[j]) + 1, Number(next[j - 1]) + 1, Number(row[j - 1]) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (swapped) best = Math.min(best, Number(before[j - 2]) + 1);
      next.push(best);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return Number(row[right.length]);
}

/**
 * The word of the list that is nearest to what was typed, empty when none is near; of several the one that begins with
 * the same letter, then the first of the list.
 * @param {string} typed
 * @param {WordList} list
 */
export function nearest(typed, list) {
  let [found, least] = ["", NEAR + 1];
  for (const word of list.words) {
    const changes = distance(typed, word, Math.min(NEAR, least));
    const better = changes === least && word[0] === typed[0] && found[0] !== typed[0];
    if (changes < least || (changes <= NEAR && better)) [found, least] = [word, changes];
  }
  return found;
}

/**
 * The codename as it was made, empty when this is none.
 * @param {string} typed
 * @param {WordList} list
 */
async function asMade(typed, list) {
  try {
    return (await encodeCodename(await decodeCodename(typed, list), list)).join(" ");
  } catch (error) {
    if (!(error instanceof CodenameError)) throw error;
    return "";
  }
}

/** Letters and blanks: what is read is what stands there. */
const PLAIN = /^[a-z\s]*$/i;
const UNFINISHED = /[a-z]$/i;

/**
 * What can be said of the words typed so far, place by place.
 * @param {string} typed
 * @param {WordList} list
 * @param {boolean} [typing] the last word may not be finished: it is no wrong one yet
 * @returns {Promise<WordsTold>}
 */
export async function checkWords(typed, list, typing = false) {
  const found = pieces(typed, list);
  const asItStands = PLAIN.test(typed);
  const wrong = [];
  const read = [];
  let words = 0;
  for (let at = 0; at < found.length; ) {
    const piece = /** @type {string} */ (found[at]);
    const twoPieces = hyphenated(found, at, list);
    const place = twoPieces ?? list.joined.get(piece)?.[0];
    const unknown = place === undefined;
    at += twoPieces === undefined ? 1 : 2;
    if (unknown && typing && at === found.length && words < CODENAME_WORDS - 1 && UNFINISHED.test(typed)) break;
    words += 1;
    read.push(unknown ? piece : /** @type {string} */ (list.words[place]));
    if (unknown) wrong.push({ position: words, read: asItStands ? "" : piece, nearest: nearest(piece, list) });
  }
  const codename = await asMade(typed, list);
  return { words, wrong, read, complete: codename !== "" || (words === CODENAME_WORDS && wrong.length === 0), codename };
}
