// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file JPEG (ITU-T T.81): segment by segment up to the end of the picture. What draws it stays byte for byte. The twin of
 * `dropbox/metadata/jpeg.py`.
 */

import { begins, bytesOf, joined, number, written } from "./bytes.js";
import { onlyOrientation } from "./exif.js";
import { Notes } from "./notes.js";
import { NotOfItsKind } from "./told.js";

/** @import { Walked } from "./look.js" */

export const START = "\xff\xd8";
const [FF, END, SCAN, COMMENT] = [0xff, 0xd9, 0xda, 0xfe];
const [JFIF, APP1, ICC, IPTC, ADOBE, APP15] = [0xe0, 0xe1, 0xe2, 0xed, 0xee, 0xef];
const ADOBE_SIZE = 12;
const PLAIN_JFIF = bytesOf("JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
const [EXIF, XMP] = ["Exif\0\0", "http://ns.adobe.com/xap/1.0/\0"];

/** Frames, tables, scans, lines and restarts. @param {number} marker */
function draws(marker) {
  return (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= SCAN && marker <= 0xdd);
}

/** Stuffed bytes, restarts and fill stand inside a scan. @param {number} byte */
function standsInside(byte) {
  return byte === 0 || (byte >= 0xd0 && byte <= 0xd7);
}

/**
 * @param {number} marker
 * @param {Uint8Array} content
 */
function piece(marker, content) {
  return joined(Uint8Array.of(FF, marker), written(content.length + 2, 2), content);
}

/**
 * Where the last of several FF stands: any number of them may stand before a marker.
 * @param {Uint8Array} data
 * @param {number} at
 */
function afterFill(data, at) {
  let end = at;
  while (data[end] === FF) end += 1;
  return Math.max(at, end - 1);
}

/**
 * Where the next marker stands: behind stuffed bytes and restarts.
 * @param {Uint8Array} data
 * @param {number} at
 */
function afterScan(data, at) {
  for (let found = data.indexOf(FF, at); found >= 0; found = data.indexOf(FF, found)) {
    while (data[found + 1] === FF) found += 1;
    const byte = data[found + 1];
    if (byte === undefined) break;
    if (!standsInside(byte)) return found;
    found += 2;
  }
  throw new NotOfItsKind("scan");
}

class Walk {
  #data;
  /** @type {Uint8Array[]} */
  #kept = [];
  #jfif = false;
  #drawn = false;
  #orientation = 1;
  notes = new Notes();

  /** @param {Uint8Array} data */
  constructor(data) {
    this.#data = data;
  }

  /** The picture alone. Throws NotOfItsKind. */
  run() {
    const data = this.#data;
    if (!begins(data, START)) throw new NotOfItsKind("start");
    for (let at = 2; ; ) {
      this.notes.piece();
      at = afterFill(data, at);
      const marker = data[at + 1];
      if (marker === undefined || data[at] !== FF) throw new NotOfItsKind("marker");
      if (marker === END) {
        this.#behind(at + 2);
        return this.#written();
      }
      const size = number(data, at + 2, 2);
      const end = at + 2 + size;
      if (size < 2 || end > data.length) throw new NotOfItsKind("length");
      const after = marker === SCAN ? afterScan(data, end) : end;
      this.#take(marker, data.subarray(at + 4, end), data.subarray(at, after));
      at = after;
    }
  }

  /** @param {number} end */
  #behind(end) {
    if (!this.#drawn) throw new NotOfItsKind("no scan");
    if (this.#data.subarray(end).some((byte) => byte !== 0)) this.notes.addOwn("other", "file-film");
  }

  #written() {
    const first = this.#jfif ? [piece(JFIF, PLAIN_JFIF)] : [];
    if (this.#orientation !== 1) {
      first.push(piece(APP1, joined(bytesOf(EXIF), onlyOrientation(this.#orientation))));
    }
    return [bytesOf(START), ...first, ...this.#kept, Uint8Array.of(FF, END)];
  }

  /**
   * @param {number} marker
   * @param {Uint8Array} content
   * @param {Uint8Array} whole the segment, and the scan behind it
   */
  #take(marker, content, whole) {
    if (draws(marker)) {
      this.#drawn ||= marker === SCAN;
      this.#kept.push(whole);
    } else if (marker === ADOBE && content.length === ADOBE_SIZE && begins(content, "Adobe")) {
      // How its colours are to be read.
      this.#kept.push(whole);
    } else if (marker === JFIF && begins(content, "JFIF\0")) {
      this.#jfif = true;
      this.#tellThumbnail(content.subarray(12, 14));
    } else if (marker === APP1 && begins(content, EXIF)) {
      this.#takeExif(content.subarray(EXIF.length));
    } else if (marker === APP1 && begins(content, XMP)) {
      this.notes.xmp(content);
    } else if ((marker >= JFIF && marker <= APP15) || marker === COMMENT) {
      this.#tellOther(marker);
    } else {
      throw new NotOfItsKind("marker");
    }
  }

  /** @param {number} marker */
  #tellOther(marker) {
    const known = /** @type {const} */ ({ [COMMENT]: "file-comment", [ICC]: "file-profiles", [IPTC]: "file-iptc" });
    this.notes.addOwn("other", known[marker] ?? "file-program");
  }

  /** @param {Uint8Array} sides of the small copy */
  #tellThumbnail(sides) {
    if (sides.length && !(sides.length === 2 && sides[0] === 0 && sides[1] === 0)) {
      this.notes.addOwn("other", "file-small");
    }
  }

  /** @param {Uint8Array} block */
  #takeExif(block) {
    const turned = [1, 2, 3, 4, 5, 6, 7, 8].find((one) => same(block, onlyOrientation(one)));
    this.#orientation = turned ?? this.notes.exif(block).orientation;
  }
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * What it tells, and the copy without. Throws NotOfItsKind.
 * @param {Uint8Array} data
 * @returns {Walked}
 */
export function walkJpeg(data) {
  const walk = new Walk(data);
  const cleaned = walk.run();
  return { tells: walk.notes.told(), cleaned };
}
