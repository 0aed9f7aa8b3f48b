// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What the worker is at, step by step. */

import { all, one, section } from "./dom.js";
import { say } from "./words.js";

/** @import { Progress } from "../worker_messages.js" */

/** The page that shows one visit's progress. */
export class ProgressPage {
  #page = section("working");
  #stage = "";
  /** The envelope that is being sent: those before it are stored. */
  part = 1;
  /** Whether an envelope may have left. */
  posted = false;

  /** @param {"report" | "reply" | "check"} kind */
  begin(kind) {
    this.posted = false;
    this.part = 1;
    this.#restart();
    for (const part of all(this.#page, "[data-when]")) {
      part.hidden = !(part.dataset["when"] ?? "").split(" ").includes(kind);
    }
    one(this.#page, "[data-part]").textContent = "";
  }

  /** @param {Progress} told */
  show(told) {
    const part = told.part ?? 1;
    if (part !== this.part) {
      this.part = part;
      this.#restart();
    }
    if ((told.parts ?? 1) > 1) {
      one(this.#page, "[data-part]").textContent = say("part", { part, parts: told.parts ?? 1 });
    }
    if (told.stage === "post") this.posted = true;
    this.#step(told.stage);
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
        one(this.#page, "[data-say]").textContent = step.textContent;
      } else if (before) {
        step.dataset["state"] = "done";
      } else {
        delete step.dataset["state"];
      }
    }
  }
}
