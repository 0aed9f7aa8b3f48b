// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What a press sends, its files sealed; a message with files is kept, so that trying again goes on with it.
 */

import { Attached } from "../flows/source/attached.js";
import { sealBlob } from "../protocol/attachments.js";
import { blobId } from "../protocol/blobs.js";
import { toHex } from "../protocol/bytes.js";
import { KEY, MESSAGE_ID } from "../protocol/constants.js";
import { TooLong } from "../protocol/errors.js";
import { randomBytes } from "../protocol/primitives.js";
import { markOf, piecesOf } from "./looking.js";
import { messageOf } from "./message_of.js";
import { Told, failure } from "./sentences.js";

/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { GivenFile, Report as Body } from "../protocol/body.js" */
/** @import { FileAsked, Reply, Report } from "../worker_messages.js" */
/** @import { Plain } from "./message_of.js" */

/** @typedef {{messageId: Bytes, attached?: Attached} & Plain} Message */

/** Seconds, by a clock that sleep does not stop. */
const now = () => Date.now() / 1000;

/**
 * Read piece by piece; only what is sealed is held. Throws Told where it is not what was looked at.
 * @param {FileAsked} asked
 * @param {Bytes} serviceId
 */
async function sealFile({ name, type, file, marks }, serviceId) {
  const key = randomBytes(KEY);
  /** @type {Bytes[]} */
  const blobs = [];
  for await (const piece of piecesOf(file)) {
    const number = blobs.length;
    if ((await markOf(piece)) !== marks[number]) throw new Told(failure("file-changed"));
    blobs.push(await sealBlob(key, number, number === marks.length - 1, piece, serviceId));
  }
  if (!blobs.length || blobs.length !== marks.length) throw new Told(failure("file-changed"));
  const ids = [];
  for (const blob of blobs) ids.push(toHex(await blobId(blob)));
  /** @type {GivenFile} */
  const given = { name, type, size: file.size, key: toHex(key), blobs: ids };
  return { given, blobs };
}

/**
 * Throws TooLong where text, list of files and contact details do not fit together, Told, BadBody, BadText, BadValue.
 * @param {Report | Reply} asked
 * @param {Body} body
 * @param {FileAsked[]} files
 * @param {Bytes} serviceId
 * @returns {Promise<Message>}
 */
async function withFiles(asked, body, files, serviceId) {
  const [given, blobs] = [/** @type {GivenFile[]} */ ([]), /** @type {Bytes[]} */ ([])];
  for (const file of files) {
    const sealed = await sealFile(file, serviceId);
    given.push(sealed.given);
    blobs.push(...sealed.blobs);
  }
  const message = named({ ...body, files: given }, asked);
  const parts = message.pieces.length;
  if (parts > 1) throw new TooLong("text with files", { parts, allowed: 1 });
  return { ...message, attached: new Attached(blobs, randomBytes, now) };
}

/**
 * @param {Body} body
 * @param {Report | Reply} asked
 * @returns {Message}
 */
function named(body, asked) {
  return { messageId: randomBytes(MESSAGE_ID), ...messageOf(body, asked) };
}

/**
 * What makes a message the same one: all that it says, and to whom.
 * @param {Report | Reply} asked
 */
function sameness({ despiteClock: _, files = [], ...rest }) {
  return JSON.stringify([rest, files.map(({ name, type, marks }) => [name, type, marks])]);
}

/** At most one press with files. */
export class Sealed {
  /** @type {{of: string, message: Message} | undefined} */
  #kept;

  /**
   * What is kept, unless it was refused or its hour is over; else anew. Throws as withFiles.
   * @param {Report | Reply} asked
   * @param {Body} body
   * @param {Bytes} serviceId
   * @returns {Promise<Message>}
   */
  async message(asked, body, serviceId) {
    const of = sameness(asked);
    const known = this.#kept?.of === of ? this.#kept.message : undefined;
    const attached = known?.attached;
    if (known && attached && !attached.refused && !attached.over) return known;
    this.drop();
    if (!asked.files?.length) return named(body, asked);
    const message = await withFiles(asked, body, asked.files, serviceId);
    this.#kept = { of, message };
    return message;
  }

  /** Its keys and blobs are gone. */
  drop() {
    this.#kept = undefined;
  }
}
