// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What was found in a file, and the one error of the walkers. The twin of `dropbox/metadata/told.py`. */

/** Letters of a value that are told. */
const LONGEST = 80;
/** Things that are told of one file, and of one kind. */
export const MOST = 24;
/** Bytes of a value that are looked at. */
const MOST_OF_A_VALUE = 1_024;
/** What Python takes for a space in a text. */
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** What somebody learns, in the order in which it is told. */
export const KINDS = ["camera", "place", "time", "author", "software", "other"];

/**
 * One thing that a file says. `value` is somebody else's text, or a sentence of ours: that one is named by `own`, and what
 * stands in its gap by `said`.
 * @typedef {{kind: string, value: string, own: string, said: string}} Tell
 */

/** The bytes do not follow the format that they begin with; no copy without metadata can be made of them. */
export class NotOfItsKind extends Error {}

/** The sentences of ours, by name; `{said}` is filled in. The document has each in its own language. */
const OWN = {
  "file-exif": "notes of the camera (Exif)",
  "file-xmp": "notes of a program (XMP)",
  "file-gps": "where it was taken",
  "file-thumbnail": "a small copy of the picture, as it may have been before it was cut",
  "file-small": "a small copy of the picture",
  "file-behind": "something behind the picture",
  "file-film": "something behind the picture, such as a film of the moment",
  "file-comment": "a comment",
  "file-profiles": "a colour profile or further pictures",
  "file-profile": "a colour profile",
  "file-iptc": "notes of an editor (IPTC)",
  "file-program": "something of a program's own",
  "file-date": "when it was last changed",
  "file-chunk": "{said}, which is not needed to draw it",
  "file-text": "a text named {said}",
};
/** @typedef {keyof typeof OWN} Own */

/**
 * A text of a file's, short and on one line, in whatever letters can be read.
 * @param {Uint8Array} raw
 */
export function valueOf(raw) {
  const end = raw.indexOf(0);
  const read = raw.subarray(0, Math.min(end < 0 ? raw.length : end, MOST_OF_A_VALUE));
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(read);
  const words = text.split(SPACES).filter(Boolean).join(" ");
  return Array.from(words).slice(0, LONGEST).join("");
}

/**
 * @param {string} kind
 * @param {string} value
 * @returns {Tell}
 */
export function told(kind, value) {
  return { kind, value, own: "", said: "" };
}

/**
 * @param {string} kind
 * @param {Own} own
 * @param {string} [said]
 * @returns {Tell}
 */
export function toldOwn(kind, own, said = "") {
  return { kind, value: OWN[own].replace("{said}", () => said), own, said };
}

/**
 * In the order of the kinds, each once.
 * @param {Tell[]} tells
 */
export function eachOnce(tells) {
  const sorted = [...tells].sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
  return sorted.slice(0, MOST);
}
