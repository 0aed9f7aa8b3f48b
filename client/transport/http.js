// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The requests of a visit with the browser's fetch (docs/http-api.md). Nothing is kept between requests: no cookie, no
 * cache, no referrer. Every answer is bounded before it is read, in bytes and in time.
 */

import { passRequest } from "../protocol/blobs.js";
import { concat, toHex } from "../protocol/bytes.js";
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
const BOARD_ID = /^[0-9a-f]{64}$/;
const GONE = "board-gone";
const PASS_GONE = "pass-gone";

/**
 * What a driver is told while it works: `stage` is directory, board, read, seal or post. Of the board's rows `percent`,
 * and how many bytes `came` of how many; `busy` once the receipt lets itself be waited for; `broke` while a request that
 * got no whole answer is about to go on.
 * @typedef {{percent?: number, came?: number, of?: number, busy?: boolean, broke?: boolean}} More
 * @typedef {"directory" | "board" | "read" | "seal" | "post"} Stage
 * @typedef {(stage: Stage, more?: More) => void} OnStage
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

/** What has come of an answer that can be gone on with after a cut, and of which board it is. */
class Partial {
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
async function bounded(answer, longest, onPiece, gathered) {
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

/**
 * When the first try of a request was, and when its last must end: the grace, and what the bytes sent and announced take.
 * @typedef {{begun: number, end: number}} Limit
 */

/** One visit's requests. */
export class HttpTransport {
  #service;
  #onStage;
  #patience;
  #grace;
  #afterBoard;
  #boardAt = 0;
  #leaves = 0;
  /** Whether a try of the present request got no answer. */
  #unanswered = false;
  /**
   * What was told last, but that the line broke.
   * @type {{stage: Stage, more: More}}
   */
  #told = { stage: "directory", more: {} };

  /**
   * @param {OnStage} onStage
   * @param {object} [how]
   * @param {string} [how.service] empty: where this script came from
   * @param {number} [how.patience] for how many milliseconds a request that got no answer, or was told to try later, is
   *   sent again: the same bytes, after growing pauses
   * @param {number} [how.grace] for how many milliseconds all tries of a request may go on, besides what their bytes take at
   *   the least rate: those that are sent, and those that the answer announces
   * @param {number} [how.afterBoard] milliseconds after the last byte of its rows at which an envelope leaves, or a whole
   *   multiple of it. Which one is settled before anything is read, with half of that time to read and seal: finding and
   *   opening take longer for some codenames than for others, and that must not show
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
   * One try of a request; the status and at most `longest` bytes. Throws Unreachable, BadAnswer.
   * @param {Limit} limit
   * @param {string} path
   * @param {number} longest
   * @param {Bytes | undefined} body
   * @param {OnPiece} onPiece
   * @param {Partial} [partial] where the answer can be gone on with after a cut
   */
  async #once(limit, path, longest, body, onPiece, partial) {
    const stop = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let ending;
    const wait = () => {
      clearTimeout(ending);
      ending = setTimeout(() => stop.abort(), Math.max(0, Math.min(SILENCE, limit.end - performance.now())));
    };
    wait();
    try {
      const answer = await fetch(this.#service + (partial?.rest(path) ?? path), {
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
        ...(body && { method: "POST", body, headers: { "content-type": "application/octet-stream" } }),
      });
      const whole = answer.status === 200 && partial;
      if (whole) whole.check(answer);
      const more = (/** @type {number} */ came, /** @type {number} */ of) => {
        // What was announced once is allowed for: a short refusal on the way takes nothing of it back.
        limit.end = Math.max(limit.end, limit.begun + this.#grace + needs((body?.length ?? 0) + (of || came)));
        wait();
        onPiece(came, of);
      };
      const data = await bounded(answer, longest, more, whole || new Partial());
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
   * @param {Partial} [partial] where the answer can be gone on with after a cut
   */
  async #ask(path, longest, body, onPiece = () => undefined, partial = undefined) {
    const begun = performance.now();
    const limit = { begun, end: begun + this.#grace + needs(body?.length ?? 0) };
    let until = begun + this.#patience;
    for (let pause = limits.FIRST_PAUSE * SECOND; ; pause = Math.min(2 * pause, limits.LONGEST_PAUSE * SECOND)) {
      const before = partial?.size ?? 0;
      /** @type {TransportFailed} */
      let failure;
      try {
        const { status, data } = await this.#once(limit, path, Math.max(longest, ANSWER), body, onPiece, partial);
        if (status === 200) return data;
        failure = refusal(data);
        if (partial && before && failure instanceof Refused && failure.refusal === GONE) {
          // Another board is shown by now: from the beginning.
          partial.forget();
          continue;
        }
        if (!(failure instanceof Refused && TRY_AGAIN.has(failure.refusal))) throw failure;
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        this.#unanswered = true;
        failure = error;
        if (partial && partial.size > before) {
          // A line that is cut again and again gets on all the same.
          [until, pause] = [performance.now() + this.#patience, limits.FIRST_PAUSE * SECOND];
        }
      }
      if (performance.now() + pause > Math.min(until, limit.end)) throw failure;
      if (failure instanceof Unreachable) this.#onStage(this.#told.stage, { ...this.#told.more, broke: true });
      await sleep(pause);
    }
  }

  /**
   * @param {Stage} stage
   * @param {More} [more]
   */
  #tell(stage, more) {
    this.#told = { stage, more: more ?? {} };
    this.#onStage(stage, more);
  }

  /**
   * The first whole multiple of `afterBoard` after the rows came, at least one, that is not before `moment`.
   * @param {number} moment
   */
  #multiple(moment) {
    const turns = Math.ceil((moment - this.#boardAt) / this.#afterBoard);
    return this.#boardAt + Math.max(1, turns) * this.#afterBoard;
  }

  /** Until what was settled; the next multiple where reading took longer all the same. */
  async #steadyMoment() {
    const now = performance.now();
    await sleep(Math.max(this.#leaves, this.#multiple(now)) - now);
  }

  /**
   * The receipt's bytes. A refusal in the server's own form says that nothing was taken, unless an earlier try got no
   * answer.
   * @param {Bytes} envelope
   * @returns {Promise<Bytes | NotTaken>}
   */
  async #envelope(envelope) {
    this.#unanswered = false;
    const busy = setTimeout(() => this.#tell("post", { busy: true }), limits.BUSY_AFTER * SECOND);
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
   * A small answer to what leaves at a fixed time after the answer before it. Throws TransportFailed.
   * @param {string} path
   * @param {Bytes} body
   */
  async #paced(path, body) {
    await this.#steadyMoment();
    try {
      return await this.#ask(path, ANSWER, body);
    } finally {
      this.#boardAt = performance.now();
    }
  }

  /**
   * The receipt's bytes, or undefined where the pass is gone. Throws TransportFailed.
   * @param {Bytes} name
   * @param {Bytes} blob
   */
  async #blob(name, blob) {
    try {
      return await this.#paced(`/v1/blobs/${toHex(name)}`, blob);
    } catch (reason) {
      if (reason instanceof Refused && reason.refusal === PASS_GONE) return undefined;
      throw reason;
    }
  }

  /**
   * The answer to one network request of a visit. Throws TransportFailed, but for an envelope, whose visit is told.
   * @param {Exclude<VisitRequest, {ask: "confirm"}>} request
   * @returns {Promise<Bytes | NotTaken | undefined>}
   */
  async answer(request) {
    switch (request.ask) {
      case "directory":
        this.#tell("directory");
        return this.#ask("/v1/directory", MAX_DIRECTORY);
      case "board":
        this.#tell("board");
        return this.#ask("/v1/board", MAX_BOARD, undefined, undefined, new Partial());
      case "rows": {
        let shown = 0;
        this.#tell("board", { percent: shown });
        const onPiece = (/** @type {number} */ came, /** @type {number} */ of) => {
          const percent = Math.min(100, Math.floor((100 * came) / of));
          if (percent > shown) this.#tell("board", { percent: (shown = percent), came, of });
        };
        const rows = await this.#ask("/v1/rows", MAX_BOARD, undefined, onPiece, new Partial());
        this.#boardAt = performance.now();
        this.#tell("read");
        return rows;
      }
      case "reading":
        this.#leaves = this.#multiple(performance.now() + this.#afterBoard / 2);
        return undefined;
      case "pass":
        this.#tell("seal");
        return this.#paced("/v1/passes", passRequest(request.blobs));
      case "blob":
        this.#tell("post");
        return this.#blob(request.name, request.blob);
      case "envelope": {
        this.#tell("seal");
        await this.#steadyMoment();
        // The request is made before anybody is told: what is done then must not move it.
        const receipt = this.#envelope(request.envelope);
        this.#tell("post");
        return receipt;
      }
    }
  }
}
