// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a server answers: bounded before it is read, gone on with after a cut, and its refusals. */

import { concat } from "../protocol/bytes.js";
import { ProtocolError } from "../protocol/errors.js";
import { parseAnswer } from "../protocol/wire.js";
import { BadAnswer, Refused } from "./errors.js";

/** @import { Bytes } from "../protocol/bytes.js" */

/**
 * Told how many bytes of an answer came, of how many that it announces; NaN where it does not.
 * @typedef {(came: number, of: number) => void} OnPiece
 */

const BOARD_ID = /^[0-9a-f]{64}$/;

/**
 * @param {Bytes} body
 * @returns {Refused | BadAnswer}
 */
export function refusal(body) {
  try {
    // What the server says besides is shown to nobody: it would speak with this page's voice.
    const { code } = parseAnswer(body, "refused");
    return typeof code === "string" ? new Refused(code) : new BadAnswer("refusal");
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return new BadAnswer("refusal");
  }
}

/** What has come of an answer that can be gone on with after a cut, and of which board it is. */
export class Partial {
  board = "";
  /** @type {Bytes[]} */
  pieces = [];
  size = 0;

  /** @param {Bytes} piece */
  add(piece) {
    this.pieces.push(piece);
    this.size += piece.length;
  }

  forget() {
    [this.board, this.pieces, this.size] = ["", [], 0];
  }

  /**
   * What is asked for now.
   * @param {string} path
   */
  rest(path) {
    return this.size ? `${path}/${this.board}/${this.size}` : path;
  }

  /**
   * Whether an answer goes on with what came before. Throws BadAnswer.
   * @param {Response} answer
   */
  check(answer) {
    const board = answer.headers.get("dropbox-board") ?? "";
    if (!BOARD_ID.test(board) || (this.size && board !== this.board)) throw new BadAnswer("board");
    this.board = board;
  }
}

/**
 * The body behind what is gathered, at most `longest` bytes together; none of it is lost where it is cut. Throws
 * BadAnswer.
 * @param {Response} answer
 * @param {number} longest
 * @param {OnPiece} onPiece
 * @param {Partial} gathered
 */
export async function bounded(answer, longest, onPiece, gathered) {
  const announced = gathered.size + Number(answer.headers.get("content-length") ?? NaN);
  if (announced > longest) throw new BadAnswer("too large");
  const reader = /** @type {ReadableStream<Bytes>} */ (answer.body).getReader();
  onPiece(gathered.size, announced);
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    gathered.add(step.value);
    if (gathered.size > longest) {
      await reader.cancel();
      throw new BadAnswer("too large");
    }
    onPiece(gathered.size, announced);
  }
  return concat(...gathered.pieces);
}
