// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What the worker does for each of the page's questions, and the little that it knows between them. */

import { parseSignedAnchor, verifyFirstAnchor } from "../protocol/anchors.js";
import { decodeCodename, loadWordlist, makeCodename, wordlistFile } from "../protocol/codename.js";
import { CATEGORIES, UnitKind } from "../protocol/constants.js";
import { hasCrypto, randomBytes } from "../protocol/primitives.js";
import { WORDS } from "../words.js";
import { KnownCodename } from "./known_codename.js";
import { lookAt } from "./looking.js";
import { Sealed } from "./sealed.js";
import { Interrupted, read, send } from "./sending.js";
import { NOT_ACKNOWLEDGED, Told, failure, told, warningTold } from "./sentences.js";
import { visitTold } from "./visit_told.js";
import { checkWords } from "./word_help.js";

/** @import { Anchor } from "../protocol/anchors.js" */
/** @import { WordList } from "../protocol/codename.js" */
/** @import { Ask, Failure, Progress, Reply, Report, VisitAsk, VisitTold, WordsTold } from "../worker_messages.js" */
/** @import { Visited } from "../flows/source/visit.js" */
/** @import { Visitor } from "./sending.js" */

/**
 * Milliseconds after the board at which an envelope leaves. A slow device needs long to read what is there, and longer
 * for some codenames than for others: a wider step hides that.
 */
const AFTER_BOARD = 1_000;
const AFTER_BOARD_SLOW = 5_000;

/** @typedef {(progress: Progress) => void} OnProgress */
/** @typedef {{anchor: Anchor, list: WordList}} Started */

/**
 * What the page is told of whatever was thrown.
 * @param {unknown} error
 * @returns {Failure}
 */
export function failureOf(error) {
  if (error instanceof Told) return error.failed;
  if (!(error instanceof Interrupted)) return told(error);
  const { perhapsStored, untaken, partsStored, warnings } = error;
  const failed = { ...told(error.reason), perhapsStored, untaken, partsStored };
  return warnings.length ? { ...failed, warnings: warnings.map(warningTold) } : failed;
}

/** One page's worker. */
export class Session {
  /** @type {Started | undefined} */
  #started;
  #known = new KnownCodename();
  #sealed = new Sealed();
  #visiting = false;
  #how;

  /** @param {Pick<Visitor, "network" | "pause">} [how] where the service is and how patient to be, for tests */
  constructor(how = {}) {
    this.#how = how;
  }

  /**
   * Throws what failureOf puts into words.
   * @param {Ask} asked
   * @param {OnProgress} onProgress
   */
  answer(asked, onProgress) {
    switch (asked.ask) {
      case "start":
        return this.#start(asked.anchor);
      case "new-codename":
        return this.#newCodename(onProgress);
      case "check-words":
        return this.#checkWords(asked.typed, asked.typing);
      case "look":
        return lookAt(asked.file);
      case "forget":
        return this.#forget();
      default:
        return this.#alone(() => this.#visit(asked, onProgress));
    }
  }

  #ready() {
    if (!this.#started) throw new Told(failure("not-started"));
    return this.#started;
  }

  /** @param {string} anchor */
  async #start(anchor) {
    if (!hasCrypto()) throw new Told(failure("crypto-missing"));
    const data = Uint8Array.from(atob(anchor), (letter) => letter.charCodeAt(0));
    const pinned = await verifyFirstAnchor(parseSignedAnchor(data));
    this.#started = { anchor: pinned, list: await loadWordlist(wordlistFile(WORDS)) };
    return {};
  }

  /** @param {OnProgress} onProgress */
  async #newCodename(onProgress) {
    const { anchor, list } = this.#ready();
    const { entropy, words } = await makeCodename(randomBytes, list);
    void this.#known.secret(entropy, anchor.serviceId, (percent) => onProgress({ stage: "stretch", percent }));
    return { codename: words.join(" ") };
  }

  /**
   * @param {string} typed
   * @param {boolean} [typing]
   * @returns {Promise<WordsTold>}
   */
  async #checkWords(typed, typing) {
    return checkWords(typed, this.#ready().list, typing);
  }

  async #forget() {
    this.#known.forget();
    this.#sealed.drop();
    return {};
  }

  /**
   * One visit at a time.
   * @param {() => Promise<VisitTold>} work
   */
  async #alone(work) {
    if (this.#visiting) throw new Told(failure("busy"));
    this.#visiting = true;
    try {
      return await work();
    } finally {
      this.#visiting = false;
    }
  }

  /**
   * @param {VisitAsk} asked
   * @param {OnProgress} onProgress
   */
  async #visit(asked, onProgress) {
    const { anchor, list } = this.#ready();
    const entropy = await decodeCodename(asked.codename, list);
    // What cannot be sent is refused before the long stretch.
    const message = asked.ask === "check" ? undefined : await this.#sealed.message(asked, bodyOf(asked), anchor.serviceId);
    const onPercent = (/** @type {number} */ percent) => onProgress({ stage: "stretch", percent });
    const stretched = await this.#known.secret(entropy, anchor.serviceId, onPercent);
    const { network: where, ...how } = this.#how;
    const network = { afterBoard: this.#known.slow ? AFTER_BOARD_SLOW : AFTER_BOARD, ...where };
    const visitor = { anchor, stretched, despiteClock: asked.despiteClock, report: onProgress, network, ...how };
    if (asked.ask === "check" || !message) {
      const show = (/** @type {Visited} */ reading) => visitTold(reading, reading.judged.warnings);
      const { visited, reason } = await read({ ...visitor, show });
      const { warnings } = visited.judged;
      return visitTold(visited, reason === undefined ? warnings : [...warnings, NOT_ACKNOWLEDGED]);
    }
    const { visited, warnings } = await send(visitor, message, whereTo(asked));
    // Stored or refused, it is not gone on with.
    this.#sealed.drop();
    return visitTold(visited, warnings, asked.ask === "report" ? { ...asked, ...asked.shown } : undefined);
  }
}

/** @param {Report | Reply} asked */
function bodyOf(asked) {
  const { text, answers = {} } = asked;
  if (asked.ask === "reply") return { text, categories: [], force: "", answers };
  const categories = [...asked.categories].sort((left, right) => CATEGORIES.indexOf(left) - CATEGORIES.indexOf(right));
  return { text, categories, force: asked.force, answers };
}

/**
 * Where a message goes, and what the person was shown of it. A kind that there is not is none that a unit has.
 * @param {Report | Reply} asked
 */
function whereTo(asked) {
  const { slug } = asked;
  if (asked.ask === "reply") return { slug };
  const [{ kind, ...shown }, { force }] = [asked.shown, asked];
  if (kind === undefined) return { slug, force, shown };
  const name = kind.toUpperCase().replaceAll("-", "_");
  return { slug, force, shown: { ...shown, kind: Object.entries(UnitKind).find(([one]) => one === name)?.[1] ?? 0 } };
}
