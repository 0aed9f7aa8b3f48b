// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The requests of a visit with the browser's fetch (docs/http-api.md). Nothing is kept between requests: no cookie, no
 * cache, no referrer. Every answer is bounded before it is read, in bytes and in time.
 */

import { concat } from "../protocol/bytes.js";
import { ANSWER, MAX_BOARD, MAX_DIRECTORY } from "../protocol/constants.js";
import { ProtocolError } from "../protocol/errors.js";
import { parseAnswer } from "../protocol/wire.js";
import { BadAnswer, Refused, TransportFailed, Unreachable } from "./errors.js";
import * as limits from "./limits.js";

/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { NotTaken, VisitRequest } from "../flows/source/requests.js" */

const SECOND = 1_000;
/** Milliseconds without a byte after which a request is given up. */
const SILENCE = limits.SILENCE * SECOND;
/** @type {ReadonlySet<string>} */
const TRY_AGAIN = new Set(limits.TRY_AGAIN);

/**
 * What a driver is told while it works: `stage` is directory, board, read, seal or post. Of the board `percent`, and how
 * many bytes `came` of how many; `busy` once the receipt lets itself be waited for.
 * @typedef {{percent?: number, came?: number, of?: number, busy?: boolean}} More
 * @typedef {(stage: "directory" | "board" | "read" | "seal" | "post", more?: More) => void} OnStage
 */

/**
 * Told how many bytes of an answer came, of how many that it announces; NaN where it does not.
 * @typedef {(came: number, of: number) => void} OnPiece
 */

/**
 * Milliseconds that so many bytes take at the least rate.
 * @param {number} bytes
 */
function needs(bytes) {
  return (SECOND * bytes) / limits.LEAST_RATE;
}

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
 * @param {OnPiece} onPiece
 */
async function bounded(answer, longest, onPiece) {
  const announced = Number(answer.headers.get("content-length") ?? NaN);
  if (announced > longest) throw new BadAnswer("too large");
  const reader = /** @type {ReadableStream<Bytes>} */ (answer.body).getReader();
  /** @type {Bytes[]} */
  const pieces = [];
  let size = 0;
  onPiece(size, announced);
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    pieces.push(step.value);
    size += step.value.length;
    if (size > longest) {
      await reader.cancel();
      throw new BadAnswer("too large");
    }
    onPiece(size, announced);
  }
  return concat(...pieces);
}

/** One visit's requests. */
export class HttpTransport {
  #service;
  #onStage;
  #patience;
  #grace;
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
   * @param {number} [how.grace] for how many milliseconds all tries of a request may go on, besides what their bytes take at
   *   the least rate: those that are sent, and those that the answer announces
   * @param {number} [how.afterBoard] milliseconds after the board's last byte at which an envelope leaves, or a whole
   *   multiple of it: finding and opening take longer for some codenames than for others, and that must not show
   */
  constructor(onStage, how = {}) {
    const { service = "", patience = limits.PATIENCE * SECOND, grace = limits.GRACE * SECOND, afterBoard = SECOND } = how;
    this.#onStage = onStage;
    this.#service = service;
    this.#patience = patience;
    this.#grace = grace;
    this.#afterBoard = afterBoard;
  }

  /**
   * One request; the status and at most `longest` bytes. Throws Unreachable, BadAnswer.
   * @param {number} begun when the first try of this request was
   * @param {string} path
   * @param {number} longest
   * @param {Bytes} [body]
   * @param {OnPiece} [onPiece]
   */
  async #once(begun, path, longest, body, onPiece = () => undefined) {
    const stop = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let ending;
    const allow = (/** @type {number} */ bytes) => {
      clearTimeout(ending);
      const end = begun + this.#grace + needs((body?.length ?? 0) + bytes);
      ending = setTimeout(() => stop.abort(), Math.min(SILENCE, end - performance.now()));
    };
    allow(0);
    try {
      const answer = await fetch(this.#service + path, {
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
        ...(body && { method: "POST", body, headers: { "content-type": "application/octet-stream" } }),
      });
      const data = await bounded(answer, longest, (came, of) => {
        allow(of || came);
        onPiece(came, of);
      });
      return { status: answer.status, data };
    } catch (error) {
      throw error instanceof BadAnswer ? error : new Unreachable("connection");
    } finally {
      clearTimeout(ending);
    }
  }

  /**
   * Ask until there is an answer, or patience or time ends; the body of a 200. Throws TransportFailed.
   * @param {string} path
   * @param {number} longest
   * @param {Bytes} [body]
   * @param {OnPiece} [onPiece]
   */
  async #ask(path, longest, body, onPiece) {
    const begun = performance.now();
    const until = begun + Math.min(this.#patience, this.#grace + needs(body?.length ?? 0));
    for (let pause = limits.FIRST_PAUSE * SECOND; ; pause = Math.min(2 * pause, limits.LONGEST_PAUSE * SECOND)) {
      /** @type {TransportFailed} */
      let failure;
      try {
        const { status, data } = await this.#once(begun, path, Math.max(longest, ANSWER), body, onPiece);
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
    const busy = setTimeout(() => this.#onStage("post", { busy: true }), limits.BUSY_AFTER * SECOND);
    try {
      return await this.#ask("/v1/envelopes", ANSWER, envelope);
    } catch (reason) {
      if (!(reason instanceof TransportFailed)) throw reason;
      return { reason, perhaps: this.#unanswered || !(reason instanceof Refused) };
    } finally {
      clearTimeout(busy);
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
        this.#onStage("board", { percent: shown });
        const board = await this.#ask("/v1/board", MAX_BOARD, undefined, (came, of) => {
          const percent = Math.min(100, Math.floor((100 * came) / of));
          if (percent > shown) this.#onStage("board", { percent: (shown = percent), came, of });
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
