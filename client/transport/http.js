// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The requests of a visit with the browser's fetch (docs/http-api.md). Nothing is kept between requests: no cookie, no
 * cache, no referrer. Every answer is bounded before it is read.
 */

import { concat } from "../protocol/bytes.js";
import { ANSWER, MAX_BOARD, MAX_DIRECTORY } from "../protocol/constants.js";
import { ProtocolError } from "../protocol/errors.js";
import { parseAnswer } from "../protocol/wire.js";
import { BadAnswer, Refused, TransportFailed, Unreachable } from "./errors.js";

/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { NotTaken, VisitRequest } from "../flows/source/requests.js" */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** Milliseconds without a byte after which a request is given up. */
const SILENCE = 120_000;
/** Refusals that pass by themselves. */
const TRY_AGAIN = new Set(["try-later", "not-ready", "too-slow", "fault"]);

/**
 * What a driver is told while it works: `stage` is directory, board, read, seal or post; `percent` of the board.
 * @typedef {(stage: "directory" | "board" | "read" | "seal" | "post", percent?: number) => void} OnStage
 */

/** @param {number} milliseconds */
export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * @param {Bytes} body
 * @returns {Refused | BadAnswer}
 */
function refusal(body) {
  try {
    // What the server says besides is shown to nobody: it would speak with this page's voice.
    const { code } = parseAnswer(body, "refused");
    return typeof code === "string" ? new Refused(code) : new BadAnswer("refusal");
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return new BadAnswer("refusal");
  }
}

/**
 * The body, at most `longest` bytes. Throws BadAnswer.
 * @param {Response} answer
 * @param {number} longest
 * @param {(percent: number) => void} onPiece told after every piece the whole percents of the announced length; NaN
 *   without one
 */
async function bounded(answer, longest, onPiece) {
  const announced = Number(answer.headers.get("content-length") ?? NaN);
  if (announced > longest) throw new BadAnswer("too large");
  const reader = /** @type {ReadableStream<Bytes>} */ (answer.body).getReader();
  /** @type {Bytes[]} */
  const pieces = [];
  let size = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    pieces.push(step.value);
    size += step.value.length;
    if (size > longest) {
      await reader.cancel();
      throw new BadAnswer("too large");
    }
    onPiece(Math.min(100, Math.floor((100 * size) / announced)));
  }
  return concat(...pieces);
}

/** One visit's requests. */
export class HttpTransport {
  #service;
  #onStage;
  #patience;
  #afterBoard;
  #boardAt = 0;
  /** Whether a try of the present request got no answer. */
  #unanswered = false;

  /**
   * @param {OnStage} onStage
   * @param {object} [how]
   * @param {string} [how.service] empty: where this script came from
   * @param {number} [how.patience] for how many milliseconds a request that got no answer, or was told to try later, is
   *   sent again: the same bytes, after growing pauses
   * @param {number} [how.afterBoard] milliseconds after the board's last byte at which an envelope leaves, or a whole
   *   multiple of it: finding and opening take longer for some codenames than for others, and that must not show
   */
  constructor(onStage, { service = "", patience = 20_000, afterBoard = 1_000 } = {}) {
    this.#onStage = onStage;
    this.#service = service;
    this.#patience = patience;
    this.#afterBoard = afterBoard;
  }

  /**
   * One request; the status and at most `longest` bytes. Throws Unreachable, BadAnswer.
   * @param {string} path
   * @param {number} longest
   * @param {Bytes} [body]
   * @param {(percent: number) => void} [onPiece]
   */
  async #once(path, longest, body, onPiece = () => undefined) {
    const stop = new AbortController();
    let silent = setTimeout(() => stop.abort(), SILENCE);
    try {
      const answer = await fetch(this.#service + path, {
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
        ...(body && { method: "POST", body, headers: { "content-type": "application/octet-stream" } }),
      });
      const data = await bounded(answer, longest, (percent) => {
        clearTimeout(silent);
        silent = setTimeout(() => stop.abort(), SILENCE);
        onPiece(percent);
      });
      return { status: answer.status, data };
    } catch (error) {
      throw error instanceof BadAnswer ? error : new Unreachable("connection");
    } finally {
      clearTimeout(silent);
    }
  }

  /**
   * Ask until there is an answer or patience ends; the body of a 200. Throws TransportFailed.
   * @param {string} path
   * @param {number} longest
   * @param {Bytes} [body]
   * @param {(percent: number) => void} [onPiece]
   */
  async #ask(path, longest, body, onPiece) {
    const until = performance.now() + this.#patience;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      /** @type {TransportFailed} */
      let failure;
      try {
        const { status, data } = await this.#once(path, Math.max(longest, ANSWER), body, onPiece);
        if (status === 200) return data;
        failure = refusal(data);
        if (!(failure instanceof Refused && TRY_AGAIN.has(failure.refusal))) throw failure;
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        this.#unanswered = true;
        failure = error;
      }
      if (performance.now() + pause > until) throw failure;
      await sleep(pause);
    }
  }

  /** Until the next whole multiple of `afterBoard` after the board came, at least one. */
  async #steadyMoment() {
    const passed = performance.now() - this.#boardAt;
    const turns = Math.max(1, Math.ceil(passed / this.#afterBoard));
    await sleep(turns * this.#afterBoard - passed);
  }

  /**
   * The receipt's bytes. A refusal in the server's own form says that nothing was taken, unless an earlier try got no
   * answer.
   * @param {Bytes} envelope
   * @returns {Promise<Bytes | NotTaken>}
   */
  async #envelope(envelope) {
    this.#unanswered = false;
    try {
      return await this.#ask("/v1/envelopes", ANSWER, envelope);
    } catch (reason) {
      if (!(reason instanceof TransportFailed)) throw reason;
      return { reason, perhaps: this.#unanswered || !(reason instanceof Refused) };
    }
  }

  /**
   * The answer to one network request of a visit. Throws TransportFailed, but for an envelope, whose visit is told.
   * @param {Exclude<VisitRequest, {ask: "confirm"}>} request
   * @returns {Promise<Bytes | NotTaken>}
   */
  async answer(request) {
    switch (request.ask) {
      case "directory":
        this.#onStage("directory");
        return this.#ask("/v1/directory", MAX_DIRECTORY);
      case "board": {
        let shown = 0;
        this.#onStage("board", shown);
        const board = await this.#ask("/v1/board", MAX_BOARD, undefined, (percent) => {
          if (percent > shown) this.#onStage("board", (shown = percent));
        });
        this.#boardAt = performance.now();
        this.#onStage("read");
        return board;
      }
      case "envelope":
        this.#onStage("seal");
        await this.#steadyMoment();
        this.#onStage("post");
        return this.#envelope(request.envelope);
    }
  }
}
