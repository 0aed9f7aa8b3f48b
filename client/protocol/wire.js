// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Small answers of the server (docs/http-api.md; docs/protocol.md, section 7). */

import { concat, equal, toHex, utf8 } from "./bytes.js";
import { ANSWER, HASH, MAX_PERIOD } from "./constants.js";
import { u32 } from "./encoding.js";
import { BadValue, TooLong, WrongLength } from "./errors.js";

/** @import { Bytes } from "./bytes.js" */

const HEX = /^\s*(?:[0-9a-f]{2}\s*)*$/i;

/**
 * A small answer: JSON padded with spaces to exactly 256 bytes. Throws TooLong.
 * @param {string} answer
 * @param {Record<string, string | number>} values
 */
export function encodeAnswer(answer, values) {
  const data = utf8(JSON.stringify({ answer, ...values }));
  if (data.length > ANSWER) throw new TooLong("answer");
  return concat(data, new Uint8Array(ANSWER - data.length).fill(0x20));
}

/**
 * The fields of a small answer of the kind `answer`. Throws WrongLength, BadValue.
 * @param {Bytes} data
 * @param {string} answer
 * @returns {Record<string, unknown>}
 */
export function parseAnswer(data, answer) {
  if (data.length !== ANSWER) throw new WrongLength("answer");
  if (data.some((byte) => byte > 0x7f)) throw new BadValue("answer");
  let fields;
  try {
    fields = JSON.parse(String.fromCharCode(...data));
  } catch {
    throw new BadValue("answer");
  }
  if (typeof fields !== "object" || fields?.answer !== answer) throw new BadValue("answer");
  return fields;
}

/**
 * @param {unknown} value
 * @returns {number}
 */
export function checkPeriod(value) {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > MAX_PERIOD) {
    throw new BadValue("period");
  }
  return value;
}

/**
 * That an envelope is stored, and in which segment. Unsigned: it is known only in the visit that sent it.
 * @typedef {{id: Bytes, period: number}} Receipt
 */

/**
 * 36 bytes: `id 32 || period u32`; what the command line prints in hex.
 * @param {Receipt} receipt
 */
export function encodeReceipt({ id, period }) {
  return concat(id, u32(period));
}

/**
 * The 256 bytes that the server sends.
 * @param {Receipt} receipt
 */
export function receiptAnswer({ id, period }) {
  return encodeAnswer("stored", { id: toHex(id), period });
}

/**
 * Only the very bytes that receiptAnswer writes. Throws Malformed.
 * @param {Bytes} data
 * @returns {Receipt}
 */
export function parseReceipt(data) {
  const { id = "", period } = parseAnswer(data, "stored");
  if (typeof id !== "string" || !HEX.test(id)) throw new BadValue("receipt id");
  const found = Uint8Array.from(id.match(/[0-9a-f]{2}/gi) ?? [], (pair) => parseInt(pair, 16));
  if (found.length !== HASH) throw new WrongLength("receipt id");
  const receipt = { id: found, period: checkPeriod(period) };
  if (!equal(receiptAnswer(receipt), data)) throw new BadValue("receipt form");
  return receipt;
}
