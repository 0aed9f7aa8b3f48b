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

/** The page that shows one visit's progress. */
export class ProgressPage {
  #page = section("working");
  #stage = "";
  #part = 1;
  /** What the message has left behind if it ends here, as far as the worker said. */
  left = { perhapsStored: false, partsStored: 0 };

  /** @param {"report" | "reply" | "check"} kind */
  begin(kind) {
    this.left = { perhapsStored: false, partsStored: 0 };
    this.#part = 1;
    this.#restart();
    this.#tell({ stage: "stretch" });
    for (const part of all(this.#page, "[data-when]")) {
      part.hidden = !(part.dataset["when"] ?? "").split(" ").includes(kind);
    }
    fill(one(this.#page, "[data-part]"), "");
  }

  /** @param {Progress} told */
  #tell({ busy = false, broke = false, came = 0, of = 0 }) {
    const words = { "[data-busy]": busy ? say("busy") : broke ? say("broke") : "", "[data-amount]": "" };
    if (of >= MEGABYTE) words["[data-amount]"] = say("amount", { came: megabytes(came), of: megabytes(of) });
    for (const [place, text] of Object.entries(words)) {
      const found = one(this.#page, place);
      if (found.textContent !== text) fill(found, text);
    }
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
    const bar = this.#page.querySelector("progress");
    if (!bar) return;
    if (told.percent === undefined) bar.removeAttribute("value");
    else bar.value = told.percent;
  }

  #restart() {
    this.#stage = "";
    for (const step of all(this.#page, "[data-stage]")) delete step.dataset["state"];
  }

  /** @param {string} stage */
  #step(stage) {
    if (stage === this.#stage) return;
    this.#stage = stage;
    let before = true;
    for (const step of all(this.#page, "[data-stage]")) {
      if (step.dataset["stage"] === stage) {
        before = false;
        step.dataset["state"] = "now";
        // A screen reader hears of each step once, not of each per cent.
        fill(one(this.#page, "[data-say]"), step.textContent);
      } else if (before) {
        step.dataset["state"] = "done";
      } else {
        delete step.dataset["state"];
      }
    }
  }
}
