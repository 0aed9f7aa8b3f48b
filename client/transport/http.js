// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The requests of a visit with the browser's fetch (docs/http-api.md). Nothing is kept between requests: no cookie, no
 * cache, no referrer. Every answer is bounded before it is read, in bytes and in time.
 */

import { passRequest } from "../protocol/blobs.js";
import { toHex } from "../protocol/bytes.js";
import { ANSWER, BLOB, MAX_BOARD, MAX_DIRECTORY } from "../protocol/constants.js";
import { Partial, bounded, refusal } from "./answers.js";
import { BadAnswer, Refused, TransportFailed, Unreachable } from "./errors.js";
import * as limits from "./limits.js";

/** @import { Bytes } from "../protocol/bytes.js" */
/** @import { OnPiece } from "./answers.js" */
/** @import { NotTaken, VisitRequest } from "../flows/source/requests.js" */

const SECOND = 1_000;
/** Milliseconds without a byte after which a request is given up. */
const SILENCE = limits.SILENCE * SECOND;
/** @type {ReadonlySet<string>} */
const TRY_AGAIN = new Set(limits.TRY_AGAIN);
const GONE = "board-gone";
const PASS_GONE = "pass-gone";

/**
 * What a driver is told while it works: `stage` is directory, board, read, files, seal or post. Of the board's rows and of
 * the blobs of files `percent`, and how many bytes came or went of how many; `busy` once the receipt lets itself be waited for; `broke` while a request that
 * got no whole answer is about to go on.
 * @typedef {{percent?: number, came?: number, of?: number, busy?: boolean, broke?: boolean}} More
 * @typedef {"directory" | "board" | "read" | "files" | "seal" | "post"} Stage
 * @typedef {(stage: Stage, more?: More) => void} OnStage
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
    try {
      return await this.#turn("post", {}, "/v1/envelopes", envelope);
    } catch (reason) {
      if (!(reason instanceof TransportFailed)) throw reason;
      return { reason, perhaps: this.#unanswered || !(reason instanceof Refused) };
    }
  }

  /**
   * A small answer that lets itself be waited for, which is told. Throws TransportFailed.
   * @param {Stage} stage
   * @param {More} more
   * @param {string} path
   * @param {Bytes} body
   */
  async #turn(stage, more, path, body) {
    const busy = setTimeout(() => this.#tell(stage, { ...more, busy: true }), limits.BUSY_AFTER * SECOND);
    try {
      return await this.#ask(path, ANSWER, body);
    } finally {
      clearTimeout(busy);
    }
  }

  /**
   * How many blobs have gone.
   * @param {number} left
   * @param {number} of
   * @returns {More}
   */
  #went(left, of) {
    const more = { percent: Math.floor((100 * (of - left)) / of), came: (of - left) * BLOB, of: of * BLOB };
    this.#tell("files", more);
    return more;
  }

  /**
   * A small answer to what leaves at a fixed time after the answer before it. Throws TransportFailed.
   * @param {() => Promise<Bytes>} ask
   */
  async #paced(ask) {
    await this.#steadyMoment();
    try {
      return await ask();
    } finally {
      this.#boardAt = performance.now();
    }
  }

  /**
   * A pass for what is left of the blobs. Throws TransportFailed.
   * @param {number} left
   * @param {number} of
   */
  #pass(left, of) {
    const more = this.#went(left, of);
    return this.#paced(() => this.#turn("files", more, "/v1/passes", passRequest(left)));
  }

  /**
   * The receipt's bytes, or undefined where the pass is gone. Throws TransportFailed.
   * @param {Bytes} name
   * @param {Bytes} blob
   */
  async #blob(name, blob) {
    try {
      return await this.#paced(() => this.#ask(`/v1/blobs/${toHex(name)}`, ANSWER, blob));
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
        return this.#pass(request.blobs, request.of);
      case "blob":
        this.#went(request.left, request.of);
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
