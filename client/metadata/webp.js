// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file WebP (RFC 9649): chunk by chunk. What draws the picture stays byte for byte, animations too. The twin of
 * `dropbox/metadata/webp.py`.
 */

import { begins, bytesOf, joined, latin, number, written } from "./bytes.js";
import { Notes } from "./notes.js";
import { NotOfItsKind } from "./told.js";

/** @import { Walked } from "./look.js" */
/** @typedef {{name: string, content: Uint8Array}} Chunk */

const DRAWS = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF"]);
const OF_A_FRAME = new Set(["VP8 ", "VP8L", "ALPH"]);
const FIRST = new Set(["VP8 ", "VP8L", "VP8X"]);
const FRAME_HEAD = 16;
/** Alpha and animation; profile, Exif and XMP are there no more. */
const KEPT_FLAGS = 0x12;
const EXIF = "Exif\0\0";

/** By its first twelve bytes. @param {Uint8Array} data */
export function isWebp(data) {
  return begins(data, "RIFF") && begins(data, "WEBP", 8);
}

/**
 * A chunk as one writes it.
 * @param {string} name
 * @param {Uint8Array[]} content
 */
function chunk(name, content) {
  const size = content.reduce((sum, { length }) => sum + length, 0);
  return [joined(bytesOf(name), written(size, 4, true)), ...content, new Uint8Array(size % 2)];
}

/**
 * @param {Uint8Array} data
 * @param {Notes} notes
 */
function chunks(data, notes) {
  /** @type {Chunk[]} */
  const found = [];
  for (let at = 0; at < data.length; ) {
    notes.piece();
    const size = number(data, at + 4, 4, true);
    const end = at + 8 + size + (size % 2);
    if (at + 8 > data.length || end > data.length) throw new NotOfItsKind("chunk");
    const [name, content] = [latin(data.subarray(at, at + 4)), data.subarray(at + 8, at + 8 + size)];
    found.push({ name, content });
    at = end;
  }
  return found;
}

/**
 * What it tells, and the copy without. Throws NotOfItsKind.
 * @param {Uint8Array} data
 * @returns {Walked}
 */
export function walkWebp(data) {
  const size = number(data, 4, 4, true);
  if (!isWebp(data) || size < 4 || size % 2 || data.length < 8 + size) throw new NotOfItsKind("start");
  const notes = new Notes();
  /** @type {Uint8Array[][]} */
  const kept = [];
  for (const { name, content } of chunks(data.subarray(12, 8 + size), notes)) {
    if (DRAWS.has(name)) kept.push(chunk(name, drawn(name, content, notes)));
    else tell(notes, name, content);
  }
  const [first] = kept[0] ?? [];
  if (!first || !FIRST.has(latin(first.subarray(0, 4)))) throw new NotOfItsKind("no picture");
  if (data.subarray(8 + size).some((byte) => byte !== 0)) notes.addOwn("other", "file-behind");
  const body = kept.flat();
  const length = body.reduce((sum, one) => sum + one.length, 4);
  return { tells: notes.told(), cleaned: [joined(bytesOf("RIFF"), written(length, 4, true), bytesOf("WEBP")), ...body] };
}

/**
 * @param {string} name
 * @param {Uint8Array} content
 * @param {Notes} notes
 */
function drawn(name, content, notes) {
  if (name === "VP8X") {
    if (content.length !== 10) throw new NotOfItsKind("head");
    return [Uint8Array.of((content[0] ?? 0) & KEPT_FLAGS, 0, 0, 0), content.subarray(4)];
  }
  if (name !== "ANMF") return [content];
  if (content.length < FRAME_HEAD) throw new NotOfItsKind("frame");
  const inside = chunks(content.subarray(FRAME_HEAD), notes);
  for (const one of inside) if (!OF_A_FRAME.has(one.name)) tell(notes, one.name, one.content);
  const kept = inside.filter((one) => OF_A_FRAME.has(one.name)).flatMap((one) => chunk(one.name, [one.content]));
  return [content.subarray(0, FRAME_HEAD), ...kept];
}

/**
 * @param {Notes} notes
 * @param {string} name
 * @param {Uint8Array} content
 */
function tell(notes, name, content) {
  if (name === "EXIF") notes.exif(begins(content, EXIF) ? content.subarray(EXIF.length) : content);
  else if (name === "XMP ") notes.xmp(content);
  else notes.addOwn("other", name === "ICCP" ? "file-profile" : "file-program");
}
