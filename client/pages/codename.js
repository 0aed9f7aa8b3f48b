// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The codename: shown only when asked, typed back, and helped along word by word. Nobody but the worker and this
 * page holds it; it is never written into a field, an address, a title or the clipboard.
 */

import { byId } from "./dom.js";
import { say } from "./words.js";

/** @import { WordsTold } from "../worker_messages.js" */
/** @import { WorkerLine } from "./worker_line.js" */

const PAUSE = 300;

/** The list of words, when it is asked for. */
export function showCodename(/** @type {string} */ codename) {
  const list = document.createElement("ol");
  list.className = "own-codename";
  for (const word of codename.split(" ")) {
    const item = document.createElement("li");
    item.textContent = word;
    list.append(item);
  }
  byId("codename-words", HTMLElement).replaceChildren(list);
  const button = byId("show-codename", HTMLButtonElement);
  button.setAttribute("aria-expanded", "true");
  button.textContent = say("hide-codename");
}

/** Out of the document again. */
export function hideCodename() {
  byId("codename-words", HTMLElement).replaceChildren();
  const button = byId("show-codename", HTMLButtonElement);
  button.setAttribute("aria-expanded", "false");
  button.textContent = say("show-codename");
}

/** Whether the words stand in the document. */
export function isCodenameShown() {
  return byId("codename-words", HTMLElement).childElementCount > 0;
}

/**
 * Whether two ways of writing are the same codename, given that both are valid.
 * @param {string} one
 * @param {string} other
 */
export function sameCodename(one, other) {
  const fold = (/** @type {string} */ text) => text.normalize("NFKC").toLowerCase().replace(/[\s-]+/gu, "");
  return fold(one) === fold(other);
}

/** @param {WordsTold} found */
export function helpWords(found) {
  const wrong = found.wrong[0];
  if (wrong) return say(wrong.nearest ? "words-nearest" : "words-wrong", wrong);
  if (found.valid) return say("words-right");
  return found.complete ? say("words-check") : say("words-count", { n: found.words });
}

/**
 * Say under the box, a moment after each key, which word is wrong. All of it happens on this device.
 * @param {string} id the text box
 * @param {WorkerLine} line
 */
export function helpTyping(id, line) {
  const box = byId(id, HTMLTextAreaElement);
  const help = byId(`${id}-help`, HTMLElement);
  let turn = 0;
  let timer = 0;
  box.addEventListener("input", () => {
    clearTimeout(timer);
    const mine = ++turn;
    timer = setTimeout(async () => {
      // The word that is being typed is not wrong yet.
      const text = isLast(box.value) ? box.value : box.value.replace(/\S+$/, "");
      if (!text.trim()) {
        help.textContent = "";
        return;
      }
      const found = await line.ask("check-words", { typed: text }).catch(() => null);
      if (found && mine === turn) help.textContent = helpWords(found);
    }, PAUSE);
  });
}

/** @param {string} typed */
function isLast(typed) {
  return typed.trim().split(/[\s-]+/).length >= 8;
}
