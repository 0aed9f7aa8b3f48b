// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The line to the worker, where all keys live and from where all requests go. */


const WORKER = "/worker.js";

/** @import { Answers, Failure, Progress, Question, Values } from "../worker_messages.js" */

/** What the worker could not do. */
export class Failed extends Error {
  /** @param {Partial<Failure> & {code: string}} told */
  constructor(told) {
    super(told.code);
    this.code = told.code;
    this.say = told.say ?? "";
    /** Undefined where the worker could not say. */
    this.perhapsStored = told.perhapsStored;
    this.untaken = told.untaken ?? false;
    this.partsStored = told.partsStored ?? 0;
    this.warnings = told.warnings ?? [];
  }
}

/**
 * @typedef {object} Waiting
 * @property {(value: unknown) => void} done
 * @property {(why: Failed) => void} failed
 * @property {(told: Progress) => void} progress
 */

/** @typedef {{createScriptURL: (url: string) => string}} Policy */
/** @type {Policy | undefined} */
let policy;

/** The worker's address, as the browser's Trusted Types want it: one policy, which lets this one address through. */
function workerUrl() {
  /** @type {{createPolicy: (name: string, rules: Policy) => Policy} | undefined} */
  const factory = Reflect.get(globalThis, "trustedTypes");
  policy ??= factory?.createPolicy("dropbox-worker", {
    createScriptURL(url) {
      if (url !== WORKER) throw new TypeError(url);
      return url;
    },
  });
  return policy ? policy.createScriptURL(WORKER) : WORKER;
}

/** One worker at a time; stopped, it takes every key with it, and the next question starts another. */
export class WorkerLine {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #next = 1;
  /** Whether a worker has started in this page: one that then cannot be loaded lacks the connection. */
  #able = false;
  #anchor;
  /** @type {Promise<unknown>} */
  #started = Promise.resolve();

  /** @param {string} anchor the signed anchor, base64 */
  constructor(anchor) {
    this.#anchor = anchor;
  }

  /** Start the worker unless it runs. Rejects with Failed `crypto-missing` when this browser cannot. */
  start() {
    if (!this.#worker) {
      try {
        this.#worker = new Worker(workerUrl(), { type: "module" });
      } catch {
        return Promise.reject(new Failed({ code: "crypto-missing" }));
      }
      this.#worker.addEventListener("message", (event) => this.#hear(event.data));
      this.#worker.addEventListener("error", () => this.#end(this.#able ? "unreachable" : "crypto-missing"));
      this.#worker.addEventListener("messageerror", () => this.#end("unexpected"));
      this.#started = this.#post("start", { anchor: this.#anchor }, () => {}).then(() => (this.#able = true));
      // Whoever asks next hears of it.
      this.#started.catch(() => {});
    }
    return this.#started;
  }

  /**
   * What the worker answers to this question. Rejects with Failed.
   * @template {Question} Name
   * @param {Name} question
   * @param {Values<Name>} values
   * @param {(told: Progress) => void} [progress]
   * @returns {Promise<Answers[Name]>}
   */
  async ask(question, values, progress = () => {}) {
    await this.start();
    return this.#post(question, values, progress);
  }

  /** End the worker with all that it knows; whoever waits gets Failed `stopped`. */
  stop() {
    this.#end("stopped");
  }

  /** @param {string} code */
  #end(code) {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.failed(new Failed({ code }));
  }

  /**
   * @template {Question} Name
   * @param {Name} ask
   * @param {Values<Name>} values
   * @param {(told: Progress) => void} progress
   * @returns {Promise<Answers[Name]>}
   */
  #post(ask, values, progress) {
    const id = this.#next++;
    return new Promise((done, failed) => {
      // The worker is of this release too: it answers each question as Answers says.
      const answered = (/** @type {unknown} */ told) => done(/** @type {Answers[Name]} */ (told));
      this.#waiting.set(id, { done: answered, failed, progress });
      this.#worker?.postMessage({ ...values, ask, id });
    });
  }

  /** @param {{id: number, progress?: Progress, done?: unknown, failed?: Failure}} told */
  #hear(told) {
    const waiting = this.#waiting.get(told.id);
    if (!waiting) return;
    if (told.progress) {
      waiting.progress(told.progress);
      return;
    }
    this.#waiting.delete(told.id);
    if (told.failed) waiting.failed(new Failed(told.failed));
    else waiting.done(told.done);
  }
}
