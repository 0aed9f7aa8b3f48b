// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What the worker is at, step by step. */

import { all, fill, one, section } from "./dom.js";
import { say } from "./words.js";

/** @import { Progress } from "../worker_messages.js" */

const MEGABYTE = 1_000_000;

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / MEGABYTE);
}

/** Milliseconds without a word from the worker after which the connection is called slow. */
const SLOW = 10_000;
/** The stages that wait for the network; a receipt that lets itself be waited for has a word of its own. */
const FETCHING = new Set(["directory", "board", "files"]);

/** The page that shows one visit's progress: one line of what goes on, and its steps in a fold. */
export class ProgressPage {
  #page = section("working");
  #stage = "";
  #part = 1;
  /** @type {"report" | "reply" | "check"} */
  #kind = "check";
  /** Whether an earlier try may have left something on the server. */
  #again = false;
  #timer = 0;
  /** What the message has left behind if it ends here, as far as the worker said. */
  left = { perhapsStored: false, partsStored: 0 };

  /**
   * @param {"report" | "reply" | "check"} kind
   * @param {boolean} again whether an earlier try may have left something on the server
   * @param {boolean} files whether it brings some
   */
  begin(kind, again, files) {
    this.left = { perhapsStored: false, partsStored: 0 };
    this.#part = 1;
    this.#kind = kind;
    this.#again = again;
    this.#restart();
    this.#tell({ stage: "stretch" });
    for (const part of all(this.#page, "[data-when]")) {
      part.hidden = !(part.dataset["when"] ?? "").split(" ").includes(kind);
    }
    for (const part of all(this.#page, "[data-with-files]")) part.hidden = !files;
    fill(one(this.#page, "[data-part]"), "");
    this.#step("stretch");
  }

  /** The visit is over. */
  end() {
    clearTimeout(this.#timer);
  }

  /** @param {Progress} told */
  #tell({ busy = false, broke = false, came = 0, of = 0 }) {
    this.#say("[data-busy]", busy ? say("busy") : broke ? say("broke") : "");
    this.#say("[data-amount]", of >= MEGABYTE ? say("amount", { came: megabytes(came), of: megabytes(of) }) : "");
  }

  /**
   * A screen reader hears of each change once.
   * @param {string} place
   * @param {string} words
   */
  #say(place, words) {
    const found = one(this.#page, place);
    if (found.textContent !== words) fill(found, words);
  }

  /** @param {Progress} told */
  show(told) {
    const part = told.part ?? 1;
    if (part !== this.#part) {
      this.#part = part;
      this.#restart();
    }
    if ((told.parts ?? 1) > 1) {
      fill(one(this.#page, "[data-part]"), say("part", { part, parts: told.parts ?? 1 }));
    }
    const { perhapsStored = false, partsStored = 0 } = told;
    this.left = { perhapsStored, partsStored };
    this.#step(told.stage);
    this.#tell(told);
    this.end();
    if (FETCHING.has(told.stage)) this.#timer = setTimeout(() => this.#say("[data-busy]", say("slow")), SLOW);
    const bar = this.#page.querySelector("progress");
    if (!bar) return;
    if (told.percent === undefined) bar.removeAttribute("value");
    else bar.value = told.percent;
  }

  #restart() {
    this.#stage = "";
    for (const step of all(this.#page, "[data-stage]")) delete step.dataset["state"];
  }

  /** What goes on, in one line. @param {string} stage */
  #now(stage) {
    const { perhapsStored, partsStored } = this.left;
    if (this.#kind === "check") return "now-read";
    if (stage === "post" || stage === "files") return `now-${stage}`;
    return this.#again || perhapsStored || partsStored ? "now-again" : "now-prepare";
  }

  /** @param {string} stage */
  #step(stage) {
    this.#say("[data-now]", say(this.#now(stage)));
    if (stage === this.#stage) return;
    this.#stage = stage;
    let before = true;
    for (const step of all(this.#page, "[data-stage]")) {
      if (step.dataset["stage"] === stage) {
        before = false;
        step.dataset["state"] = "now";
      } else if (before) {
        step.dataset["state"] = "done";
      } else {
        delete step.dataset["state"];
      }
    }
  }
}
