// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file PNG (ISO/IEC 15948): chunk by chunk. What draws the picture stays byte for byte, animations too. The twin of
 * `dropbox/metadata/png.py`.
 */

import { begins, bytesOf, crc32, latin, number } from "./bytes.js";
import { unpack } from "./inflate.js";
import { Notes } from "./notes.js";
import { NotOfItsKind, valueOf } from "./told.js";

/** @import { Walked } from "./look.js" */

export const START = "\x89PNG\r\n\x1a\n";
const DRAWS = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "acTL", "fcTL", "fdAT"]);
const TEXTS = new Set(["tEXt", "zTXt", "iTXt"]);
/** @type {Map<string, string>} */
const WORDS = new Map([
  ["Software", "software"],
  ["Author", "author"],
  ["Copyright", "author"],
  ["Source", "camera"],
  ["Creation Time", "time"],
]);
const NAME = /^[A-Za-z]{4}$/;
const MOST_UNPACKED = 1_024;

/**
 * The chunk there: its name, its content and all of it. Throws NotOfItsKind.
 * @param {Uint8Array} data
 * @param {number} at
 */
function chunk(data, at) {
  const size = number(data, at, 4);
  const whole = data.subarray(at, at + 12 + size);
  const [name, content] = [latin(data.subarray(at + 4, at + 8)), data.subarray(at + 8, at + 8 + size)];
  if (content.length !== size || !NAME.test(name)) throw new NotOfItsKind("chunk");
  if (whole.length !== 12 + size || crc32(whole.subarray(4, -4)) !== number(whole, 8 + size, 4)) {
    throw new NotOfItsKind("checksum");
  }
  return { name, content, whole };
}

/**
 * What it tells, and the copy without. Throws NotOfItsKind.
 * @param {Uint8Array} data
 * @returns {Walked}
 */
export function walkPng(data) {
  if (!begins(data, START)) throw new NotOfItsKind("start");
  const notes = new Notes();
  /** @type {Uint8Array[]} */
  const kept = [bytesOf(START)];
  let [at, drawn, ended] = [START.length, false, false];
  while (!ended) {
    notes.piece();
    const { name, content, whole } = chunk(data, at);
    if ((kept.length === 1) !== (name === "IHDR")) throw new NotOfItsKind("order");
    if (DRAWS.has(name)) kept.push(whole);
    else if (name < "a") throw new NotOfItsKind("critical chunk");
    else tell(notes, name, content);
    drawn ||= name === "IDAT";
    ended = name === "IEND";
    at += whole.length;
  }
  if (!drawn) throw new NotOfItsKind("no picture");
  if (data.subarray(at).some((byte) => byte !== 0)) notes.addOwn("other", "file-behind");
  return { tells: notes.told(), cleaned: kept };
}

/**
 * @param {Notes} notes
 * @param {string} name
 * @param {Uint8Array} content
 */
function tell(notes, name, content) {
  if (name === "eXIf") notes.exif(content);
  else if (name === "tIME") notes.addOwn("time", "file-date");
  else if (TEXTS.has(name)) tellText(notes, name, content);
  else notes.addOwn("other", "file-chunk", name);
}

/**
 * @param {Notes} notes
 * @param {string} name
 * @param {Uint8Array} content
 */
function tellText(notes, name, content) {
  const end = content.indexOf(0);
  const key = content.subarray(0, end < 0 ? content.length : end);
  const text = end < 0 ? new Uint8Array() : content.subarray(end + 1);
  const keyword = latin(key);
  const kind = WORDS.get(keyword);
  if (keyword === "XML:com.adobe.xmp") notes.xmp(text);
  else if (kind === undefined) notes.addOwn("other", "file-text", valueOf(key));
  else if (!notes.full(kind)) notes.add(kind, name === "zTXt" && !notes.unpacks() ? "" : valueOf(readable(name, text)));
}

/**
 * A text's first bytes, unpacked where it is packed; as much as is told.
 * @param {string} name
 * @param {Uint8Array} text
 */
function readable(name, text) {
  if (name === "iTXt") return behind(text, 3);
  if (name !== "zTXt") return text;
  try {
    return unpack(text.subarray(1), MOST_UNPACKED);
  } catch (error) {
    if (!(error instanceof NotOfItsKind)) throw error;
    return new Uint8Array();
  }
}

/**
 * What stands behind so many zeros, or behind as many as there are.
 * @param {Uint8Array} text
 * @param {number} zeros
 */
function behind(text, zeros) {
  let rest = text;
  for (let passed = 0; passed < zeros && rest.includes(0); passed++) rest = rest.subarray(rest.indexOf(0) + 1);
  return rest;
}
