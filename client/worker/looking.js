// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a chosen file is and tells, and the copy that tells nothing of that: read here, and sent nowhere. */

import { isPicture, look } from "../metadata/look.js";
import { toHex } from "../protocol/bytes.js";
import { BLOB_PLAIN, MAX_FILE_NAME } from "../protocol/constants.js";
import { isWellFormed } from "../protocol/encoding.js";
import { inert } from "../protocol/inert.js";
import { sha256 } from "../protocol/primitives.js";
import { ENDINGS } from "./endings.js";
import { Told, failure } from "./sentences.js";

/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { LookTold } from "../worker_messages.js" */

/** Bytes of a place that is shorter than what it costs to remember it. */
const SHORT = 4_096;

/**
 * Bytes of a file, from one place to another. It may have been moved, changed or taken away since it was chosen. Throws
 * Told.
 * @param {Blob} file
 * @returns {Promise<Bytes>}
 */
async function read(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Told(failure("file-changed"));
  }
}

/**
 * A file as it is sent, piece by piece, so that it need not be held whole. Throws Told.
 * @param {Blob} file
 */
export async function* piecesOf(file) {
  for (let at = 0; at < file.size; at += BLOB_PLAIN) {
    const end = Math.min(at + BLOB_PLAIN, file.size);
    const piece = await read(file.slice(at, end));
    if (piece.length !== end - at) throw new Told(failure("file-changed"));
    yield piece;
  }
}

/** By what a piece is known again. @param {Bytes} piece */
export async function markOf(piece) {
  return toHex(await sha256(piece));
}

/** By what a file's pieces are known again: what is sent is what was looked at. @param {Blob} file */
async function marksOf(file) {
  const marks = [];
  for await (const piece of piecesOf(file)) marks.push(await markOf(piece));
  return marks;
}

/**
 * The copy without copying: places of the file itself, and what was written anew between them; short places are copied
 * with that, so that a file of many has no more parts than a browser bears.
 * @param {Blob} file
 * @param {Bytes} data
 * @param {Uint8Array[]} pieces
 */
function copyOf(file, data, pieces) {
  /** @type {Blob[]} */
  const parts = [];
  /** @type {BlobPart[]} */
  let copied = [];
  let [begin, end] = [0, 0];
  const close = () => {
    if (copied.length) parts.push(new Blob(copied));
    if (end > begin) parts.push(file.slice(begin, end));
    [copied, begin, end] = [[], 0, 0];
  };
  for (const piece of pieces) {
    const own = piece.buffer === data.buffer;
    if (own && end > begin && piece.byteOffset === end) {
      end += piece.length;
    } else if (own && piece.length >= SHORT) {
      if (end > begin) close();
      [begin, end] = [piece.byteOffset, piece.byteOffset + piece.length];
    } else {
      if (end > begin) close();
      copied.push(/** @type {Uint8Array<ArrayBuffer>} */ (piece));
    }
  }
  close();
  return new Blob(parts);
}

/** Whether a name can be sent. @param {string} name */
function isSendable(name) {
  return name !== "" && isWellFormed(name) && new TextEncoder().encode(name).length <= MAX_FILE_NAME;
}

/**
 * Throws Told.
 * @param {File} file
 * @returns {Promise<LookTold>}
 */
export async function lookAt(file) {
  const data = await read(file);
  const { mediaType, tells, cleaned, plain } = look(data);
  const clean = cleaned && copyOf(file, data, cleaned);
  return {
    mediaType,
    ending: ENDINGS[mediaType] ?? "",
    picture: isPicture(mediaType),
    plain,
    tells: tells.map(({ kind, value, own, said }) => ({ kind, own, said: inert(own ? said : value) })),
    name: isSendable(file.name) ? inert(file.name) : "",
    marks: await marksOf(file),
    clean: clean && { file: clean, marks: await marksOf(clean) },
  };
}
