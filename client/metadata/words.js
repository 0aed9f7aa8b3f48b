// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Whether a text is words that somebody wrote down, or what a program made: a drawing, a track of places, a mail. The
 * twin of `dropbox/metadata/words.py`.
 */

const CONTROL = /[\x00-\x08\x0b\x0e-\x1f]/;
/** Markup, JSON, PostScript, cards and calendars. */
const BEGINNINGS = ["<", "{", "%!", "BEGIN:V"];
const BEFORE = /^[\ufeff \t\r\n\f]+/;
const MARKUP = /<(?:gpx|kml|svg)(?![\p{L}\p{N}_])/iu;
const MAIL = /^(?:from|to|received|date|subject)$/i;
const HEADER = /^([A-Za-z][A-Za-z0-9-]{0,60})[ \t]{0,4}:/;
const MAILBOX = /^From [^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000@]{0,200}@/u;
const LINES = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const [MOST_LINES, MOST_OF_HEADERS] = [200, 1 << 16];

/**
 * The text that the bytes are; "" where they are something else.
 * @param {Uint8Array} data
 */
export function textOf(data) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    return CONTROL.test(text) ? "" : text;
  } catch {
    return "";
  }
}

/**
 * Whether nothing shows that a program put its own into the text.
 * @param {string} text
 */
export function isPlain(text) {
  const letters = Array.from(text.slice(0, 2 * MOST_OF_HEADERS)).slice(0, MOST_OF_HEADERS);
  const first = letters.join("").replace(BEFORE, "");
  if (!first || BEGINNINGS.some((one) => first.startsWith(one)) || MAILBOX.test(first) || hasHeaders(first)) return false;
  return !MARKUP.test(text);
}

/**
 * Whether one of a mail's headers is among the lines that stand at the beginning.
 * @param {string} text
 */
function hasHeaders(text) {
  for (const line of text.split(LINES).slice(0, MOST_LINES)) {
    const header = HEADER.exec(line);
    if (header && MAIL.test(header[1] ?? "")) return true;
    if (!header && !/^[ \t]/.test(line)) return false;
  }
  return false;
}
