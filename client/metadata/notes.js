// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What the notes in one file tell, read to a bound: whoever made it may have meant to keep this device busy. The twin of
 * `dropbox/metadata/notes.py`.
 */

import { bytesOf, latin } from "./bytes.js";
import { readExif } from "./exif.js";
import { MOST, NotOfItsKind, eachOnce, told, toldOwn, valueOf } from "./told.js";

/** @import { Own, Tell } from "./told.js" */

/** Segments or chunks of one picture. */
const MOST_PIECES = 1 << 16;
/** Bytes of notes that are read for words, over the whole file; that there are some is told of all. */
const MOST_READ = 1 << 19;
const MOST_MATCHES = 1 << 12;
/** Packed texts of one picture that are unpacked. */
const MOST_PACKED = 1 << 8;

/** @param {string} names */
const named = (names) => new RegExp(`\\b(?:${names})(?:="([^"<]{1,400})"|>([^<]{1,400})<)`, "g");

/** @type {[string, RegExp][]} */
const XMP = [
  ["camera", named("tiff:Make|tiff:Model|aux:SerialNumber|aux:Lens")],
  ["place", named("exif:GPSLatitude|photoshop:City|Iptc4xmpCore:Location")],
  ["time", named("xmp:CreateDate|exif:DateTimeOriginal|photoshop:DateCreated")],
  ["author", named("photoshop:AuthorsPosition|xmpRights:Owner|pdf:Author")],
  ["software", named("xmp:CreatorTool|pdf:Producer|pdf:Creator")],
  ["author", /<dc:creator>[^]{0,400}?<rdf:li[^<>]{0,80}>([^<]{1,400})</g],
];

/** Collects; of each kind as many as are ever told, so that many of one do not hide another. */
export class Notes {
  /** @type {Map<string, Tell>} */
  #tells = new Map();
  /** @type {Map<string, number>} */
  #of = new Map();
  #pieces = 0;
  #packed = 0;
  #left = MOST_READ;

  /** One more segment or chunk. Throws NotOfItsKind for too many: no program writes so many. */
  piece() {
    this.#pieces += 1;
    if (this.#pieces > MOST_PIECES) throw new NotOfItsKind("pieces");
  }

  /** Whether one more packed text is unpacked; more than a picture has tell no more than that they are there. */
  unpacks() {
    this.#packed += 1;
    return this.#packed <= MOST_PACKED;
  }

  /** Whether more of it would not be told. @param {string} kind */
  full(kind) {
    return (this.#of.get(kind) ?? 0) >= MOST;
  }

  /** One thing; more of its kind than are told are left. @param {Tell} tell */
  #add(tell) {
    const key = `${tell.kind} ${tell.value}`;
    if (this.#tells.has(key) || this.full(tell.kind)) return;
    this.#tells.set(key, tell);
    this.#of.set(tell.kind, (this.#of.get(tell.kind) ?? 0) + 1);
  }

  /**
   * A text of the file's.
   * @param {string} kind
   * @param {string} value
   */
  add(kind, value) {
    this.#add(told(kind, value));
  }

  /**
   * A sentence of ours.
   * @param {string} kind
   * @param {Own} own
   * @param {string} [said]
   */
  addOwn(kind, own, said) {
    this.#add(toldOwn(kind, own, said));
  }

  /**
   * What the groups of a pattern hold, until there is enough.
   * @param {string} kind
   * @param {RegExp} pattern
   * @param {string} text
   * @param {(held: string) => string} [inWords]
   */
  matches(kind, pattern, text, inWords = (held) => valueOf(bytesOf(held))) {
    pattern.lastIndex = 0;
    for (let found = 0; ; found++) {
      const match = pattern.exec(text);
      if (!match || found >= MOST_MATCHES || this.full(kind)) return;
      this.add(kind, inWords(match[1] ?? match[2] ?? ""));
    }
  }

  /** `block` begins with the TIFF header. @param {Uint8Array} block */
  exif(block) {
    const found = readExif(this.#cut(block));
    for (const tell of found.tells) this.#add(tell);
    return found;
  }

  /** The best known of what a packet of XMP holds; that it is there is told in any case. @param {Uint8Array} packet */
  xmp(packet) {
    this.addOwn("other", "file-xmp");
    const read = latin(this.#cut(packet));
    for (const [kind, pattern] of XMP) this.matches(kind, pattern, read);
  }

  /** In the order of the kinds, each once. */
  told() {
    return eachOnce([...this.#tells.values()]);
  }

  /** @param {Uint8Array} data */
  #cut(data) {
    const read = data.subarray(0, this.#left);
    this.#left -= read.length;
    return read;
  }
}
