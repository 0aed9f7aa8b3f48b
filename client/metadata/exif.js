// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What a block of Exif tells (CIPA DC-008): read as far as it can be read, never trusted, never written on. The twin of
 * `dropbox/metadata/exif.py`.
 */

import { begins, joined, number, written } from "./bytes.js";
import { told, toldOwn, valueOf } from "./told.js";

/** @import { Tell } from "./told.js" */

/** Of one block, over all its folders: they may overlap. */
const MOST_ITEMS = 512;
const MOST_OF_A_VALUE = 1_024;
const MOST_FOLDERS = 8;
const [EXIF, GPS, ORIENTATION, THUMBNAIL] = [0x8769, 0x8825, 0x0112, 0x0201];
/** What texts tell, by their numbers. @type {Map<number, string>} */
const TEXTS = new Map([
  [0x010f, "camera"],
  [0x0110, "camera"],
  [0xa431, "camera"], // its serial number
  [0xa433, "camera"], // the lens
  [0xa434, "camera"],
  [0xa435, "camera"],
  [0x0131, "software"],
  [0x013c, "software"], // the computer
  [0x013b, "author"],
  [0xa430, "author"], // the camera's owner
  [0x8298, "author"],
  [0x0132, "time"],
  [0x9003, "time"],
  [0x9004, "time"],
  [0x010e, "other"], // a description
]);
const [ASCII, SHORT] = [2, 3];
/** Bytes of a value, by its kind. */
const WIDTH = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

/** What does not stand there. */
class Absent extends Error {}

class Tiff {
  #data;
  #little;
  readable;

  /** @param {Uint8Array} data */
  constructor(data) {
    this.#data = data;
    this.#little = begins(data, "II*\0");
    this.readable = this.#little || begins(data, "MM\0*");
  }

  /**
   * How many a folder says that it has, and can have. Throws Absent.
   * @param {number} folder
   */
  items(folder) {
    return Math.min(this.number(folder, 2), Math.floor((this.#data.length - folder - 2) / 12));
  }

  /**
   * @param {number} at
   * @param {number} width
   */
  number(at, width) {
    if (at < 0 || at + width > this.#data.length) throw new Absent();
    return number(this.#data, at, width, this.#little);
  }

  /**
   * Tag, kind and the first bytes of an item. Throws Absent.
   * @param {number} item
   */
  value(item) {
    const [tag, kind, count] = [this.number(item, 2), this.number(item + 2, 2), this.number(item + 4, 4)];
    const size = (WIDTH[kind] ?? 0) * count;
    const at = size <= 4 ? item + 8 : this.number(item + 8, 4);
    if (!(size > 0 && size <= this.#data.length - at)) throw new Absent();
    return { tag, kind, value: this.#data.subarray(at, at + Math.min(size, MOST_OF_A_VALUE)) };
  }
}

/**
 * What was done, or undefined where something does not stand there.
 * @template T
 * @param {() => T} read
 */
function present(read) {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    return undefined;
  }
}

/** `orientation` is how the picture is to be turned, 1 for not at all. */
class Exif {
  /** @type {Tell[]} */
  tells = [toldOwn("other", "file-exif")];
  orientation = 1;
  items = 0;
}

/**
 * `data` begins with the TIFF header. What cannot be read is told as being there.
 * @param {Uint8Array} data
 */
export function readExif(data) {
  const [found, tiff] = [new Exif(), new Tiff(data)];
  if (!tiff.readable) return found;
  /** @type {number[]} */
  const folders = [];
  const todo = [4];
  while (todo.length && folders.length < MOST_FOLDERS) {
    const pointer = /** @type {number} */ (todo.shift());
    present(() => {
      const folder = tiff.number(pointer, 4);
      if (!folder || folders.includes(folder)) return;
      folders.push(folder);
      readFolder(tiff, folder, found, todo);
    });
  }
  return found;
}

/**
 * Throws Absent where it is cut; what was read stays.
 * @param {Tiff} tiff
 * @param {number} folder
 * @param {Exif} found
 * @param {number[]} todo
 */
function readFolder(tiff, folder, found, todo) {
  const count = Math.min(tiff.items(folder), MOST_ITEMS - found.items);
  found.items += count;
  for (let at = 0; at < count; at++) {
    const item = folder + 2 + 12 * at;
    const read = present(() => tiff.value(item));
    if (!read) continue;
    const { tag, kind, value } = read;
    if (tag === EXIF) {
      todo.push(item + 8);
    } else if (tag === GPS) {
      found.tells.push(toldOwn("place", "file-gps"));
    } else if (tag === THUMBNAIL) {
      found.tells.push(toldOwn("other", "file-thumbnail"));
    } else if (tag === ORIENTATION && kind === SHORT && value.length === 2) {
      const turned = tiff.number(item + 8, 2);
      if (turned >= 1 && turned <= 8) found.orientation = turned;
    } else if (kind === ASCII && TEXTS.has(tag) && valueOf(value)) {
      found.tells.push(told(/** @type {string} */ (TEXTS.get(tag)), valueOf(value)));
    }
  }
  todo.push(folder + 2 + 12 * count);
}

/**
 * A block of Exif that says how the picture is turned, and nothing else: 26 bytes.
 * @param {number} orientation
 */
export function onlyOrientation(orientation) {
  const item = joined(written(ORIENTATION, 2), written(SHORT, 2), written(1, 4), written(orientation, 2), written(0, 2));
  return joined(Uint8Array.from([0x4d, 0x4d, 0, 0x2a]), written(8, 4), written(1, 2), item, written(0, 4));
}
