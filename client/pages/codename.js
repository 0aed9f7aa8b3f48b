// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The codename: shown only when asked, typed back, and helped along word by word. Nobody but the worker and this
 * page holds it; it is never written into a field, an address, a title or the clipboard.
 */

import { byId, fill, fillWith, written } from "./dom.js";
import { say } from "./words.js";

/** @import { WordsTold } from "../worker_messages.js" */
/** @import { WorkerLine } from "./worker_line.js" */

const PAUSE = 300;

/** The list of words, when it is asked for. */
export function showCodename(/** @type {string} */ codename) {
  const list = document.createElement("ol");
  list.className = "own-codename";
  const items = codename.split(" ").map((word) => {
    const item = document.createElement("li");
    fill(item, word, "page");
    return item;
  });
  fillWith(list, items, "page");
  fillWith(byId("codename-words", HTMLElement), [list], "page");
  const button = byId("show-codename", HTMLButtonElement);
  button.setAttribute("aria-expanded", "true");
  fill(button, say("hide-codename"), "page");
  // On a phone the words would stand below what it shows.
  list.scrollIntoView({ block: "nearest" });
}

/** Out of the document again. */
export function hideCodename() {
  fillWith(byId("codename-words", HTMLElement), [], "page");
  const button = byId("show-codename", HTMLButtonElement);
  button.setAttribute("aria-expanded", "false");
  fill(button, say("show-codename"), "page");
}

/** Whether the words stand in the document. */
export function isCodenameShown() {
  return byId("codename-words", HTMLElement).childElementCount > 0;
}

/**
 * What is said aloud too, so that it repeats no word.
 * @param {WordsTold} found
 */
export function helpWords(found) {
  const wrong = found.wrong[0];
  if (wrong) return say("words-wrong", wrong);
  if (found.codename) return say("words-right");
  return found.complete ? say("words-check") : say("words-count", { n: found.words });
}

/**
 * Under the box: what is wrong, and, for eyes only, which word it may have been. Empty without anything found.
 * @param {string} id the text box
 * @param {WordsTold | null} [found]
 */
export function showHelp(id, found = null) {
  const wrong = found?.wrong[0];
  fill(byId(`${id}-help`, HTMLElement), found ? helpWords(found) : "", "page");
  const hint = wrong?.read ? "words-read" : "words-nearest";
  fill(byId(`${id}-nearest`, HTMLElement), wrong?.nearest ? say(hint, wrong) : "", "page");
}

/**
 * Say under the box, a moment after each key, which word is wrong. All of it happens on this device.
 * @param {string} id the text box
 * @param {WorkerLine} line
 */
export function helpTyping(id, line) {
  let turn = 0;
  let timer = 0;
  byId(id, HTMLTextAreaElement).form?.addEventListener("input", () => {
    clearTimeout(timer);
    const mine = ++turn;
    timer = setTimeout(async () => {
      const typed = written(id);
      const found = typed.trim() ? await line.ask("check-words", { typed, typing: true }).catch(() => null) : null;
      if (mine === turn) showHelp(id, written(id) ? found : null);
    }, PAUSE);
  });
}
