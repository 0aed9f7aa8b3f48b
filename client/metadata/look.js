// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What a file is, by its content and not by its name; what it tells; and the copy that tells nothing of that. The twin of
 * `dropbox/metadata/look.py`.
 */

import { begins, bytesOf, latin } from "./bytes.js";
import { START as JPEG, walkJpeg } from "./jpeg.js";
import { Notes } from "./notes.js";
import { PACKED, PROPERTIES, membersOf } from "./packed.js";
import { START as PNG, walkPng } from "./png.js";
import { NotOfItsKind, valueOf } from "./told.js";
import { isWebp, walkWebp } from "./webp.js";
import { isPlain, textOf } from "./words.js";

/** @import { Tell } from "./told.js" */

/**
 * `cleaned` is the picture without any of it, in pieces; those of the file itself are views of the bytes that were given.
 * @typedef {{tells: Tell[], cleaned: Uint8Array[]}} Walked
 */

/**
 * `mediaType` by content. `tells` what could be read; `cleaned` null where no such copy can be made: then there may be more
 * than was read. `plain`: words that somebody wrote, and no more.
 * @typedef {{mediaType: string, tells: Tell[], cleaned: Uint8Array[] | null, plain: boolean}} Look
 */

/** @type {[string, string][]} */
const BEGINNINGS = [
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["II*\0", "image/tiff"],
  ["MM\0*", "image/tiff"],
  ["%PDF-", "application/pdf"],
  ["OggS", "audio/ogg"],
  ["fLaC", "audio/flac"],
  ["ID3", "audio/mpeg"],
  ["\xff\xfb", "audio/mpeg"],
  ["\x1a\x45\xdf\xa3", "video/webm"],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"],
  ["{\\rtf", "application/rtf"],
];
/** @type {Record<string, string>} */
const BRANDS = { heic: "image/heic", heix: "image/heic", mif1: "image/heic", avif: "image/avif" };
/** @type {Record<string, string>} */
const IN_RIFF = { WAVE: "audio/wav", "AVI ": "video/x-msvideo" };
/** @type {[string, string][]} */
const OFFICE = [
  ["word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"],
];
const OPEN_DOCUMENT = /^application\/vnd\.oasis\.opendocument\.[a-z]{1,20}$/;
const MOST_PACKET = 1 << 16;
const [PACKET, PACKET_END] = ["<x:xmpmeta", "</x:xmpmeta>"];
const UNKNOWN = "application/octet-stream";
const TEXT = "text/plain";

/** @param {string} tags */
const about = (tags) => new RegExp(`<(?:${tags})[^<>]{0,200}>([^<]{1,400})<`, "g");
/** @type {[string, RegExp][]} */
const ABOUT = [
  ["author", about("dc:creator|cp:lastModifiedBy|meta:initial-creator|Company|Manager")],
  ["software", about("Application|meta:generator")],
  ["time", about("dcterms:created|dcterms:modified|meta:creation-date")],
];

/** @param {string} name */
const entry = (name) => new RegExp(`/${name}[ \\t\\n\\r\\f\\v]{0,4}\\(((?:[^()\\\\]|\\\\[^\\n]){1,400})\\)`, "g");
/** @type {[string, RegExp][]} */
const PDF = [
  ["author", entry("Author")],
  ["software", entry("Creator")],
  ["software", entry("Producer")],
  ["time", entry("CreationDate")],
];
/** @type {Record<string, (data: Uint8Array) => Walked>} */
const WALKERS = { "image/jpeg": walkJpeg, "image/png": walkPng, "image/webp": walkWebp };

/** Whether a file of that kind has a copy without notes, if it is built as such files are. @param {string} mediaType */
export function isPicture(mediaType) {
  return mediaType in WALKERS;
}

/**
 * At a file's bytes; nothing is unpacked beyond a bound.
 * @param {Uint8Array} data
 * @returns {Look}
 */
export function look(data) {
  const nothing = { tells: [], cleaned: null, plain: false };
  if (begins(data, PACKED)) {
    const members = membersOf(data);
    return { ...nothing, mediaType: packed(members), tells: office(members) };
  }
  const text = { held: "" };
  const mediaType = kindOf(data, text);
  const walk = WALKERS[mediaType];
  if (walk) {
    try {
      return { ...nothing, mediaType, ...walk(data) };
    } catch (error) {
      if (!(error instanceof NotOfItsKind)) throw error;
      return { ...nothing, mediaType };
    }
  }
  if (mediaType === "application/pdf") return { ...nothing, mediaType, tells: pdf(data) };
  return { ...nothing, mediaType, plain: mediaType === TEXT && isPlain(text.held) };
}

/**
 * The media type of what it begins with.
 * @param {Uint8Array} data
 * @param {{held: string}} text is given the text, where it is one
 */
function kindOf(data, text) {
  if (begins(data, JPEG)) return "image/jpeg";
  if (begins(data, PNG)) return "image/png";
  if (begins(data, "RIFF")) return isWebp(data) ? "image/webp" : (IN_RIFF[latin(data.subarray(8, 12))] ?? UNKNOWN);
  if (begins(data, "ftyp", 4)) {
    return BRANDS[latin(data.subarray(8, 12))] ?? (begins(data, "M4A", 8) ? "audio/mp4" : "video/mp4");
  }
  const known = BEGINNINGS.find(([beginning]) => begins(data, beginning));
  if (known) return known[1];
  text.held = textOf(data);
  return text.held ? TEXT : UNKNOWN;
}

/** @param {Map<string, Uint8Array>} members */
function packed(members) {
  const stated = latin(members.get("mimetype") ?? new Uint8Array());
  if (OPEN_DOCUMENT.test(stated)) return stated;
  const names = [...members.keys()];
  const found = OFFICE.find(([begin]) => names.some((name) => name.startsWith(begin)));
  return found ? found[1] : "application/zip";
}

/** @param {Map<string, Uint8Array>} members */
function office(members) {
  const notes = new Notes();
  for (const name of PROPERTIES) {
    const text = latin(members.get(name) ?? new Uint8Array());
    for (const [kind, pattern] of ABOUT) notes.matches(kind, pattern, text);
  }
  return notes.told();
}

/** @param {Uint8Array} data */
function pdf(data) {
  const [notes, text] = [new Notes(), latin(data)];
  for (const [kind, pattern] of PDF) notes.matches(kind, pattern, text, inWords);
  const begin = text.indexOf(PACKET);
  if (begin >= 0) {
    const packet = text.slice(begin, begin + MOST_PACKET);
    const end = packet.indexOf(PACKET_END);
    notes.xmp(bytesOf(end < 0 ? packet : packet.slice(0, end)));
  }
  return notes.told();
}

/** An entry's text, of one byte a letter or of two. @param {string} held */
function inWords(held) {
  const raw = bytesOf(held);
  if (!held.startsWith("\xfe\xff")) return valueOf(raw);
  const wide = new TextDecoder("utf-16be", { ignoreBOM: true }).decode(raw.subarray(2));
  return valueOf(new TextEncoder().encode(wide));
}
