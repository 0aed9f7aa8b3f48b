// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The codename: shown only when asked, typed back, and helped along word by word. Nobody but the worker and this
 * page holds it; it is never written into a field, an address, a title or the clipboard.
 */

import { byId, fill, fillWith } from "./dom.js";
import { say } from "./words.js";

/** @import { WordsTold } from "../worker_messages.js" */
/** @import { WorkerLine } from "./worker_line.js" */

const PAUSE = 300;
const WORDS = 8;
/** What parts words while they are spread over the boxes; the worker reads each box by the protocol's own rule. */
const APART = /[^\p{L}\p{M}\p{Cf}'\u2018\u2019\u02bc`\u00b4-]+/u;
const LETTER = /\p{L}/u;

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

/** @param {string} id @returns {HTMLInputElement[]} the boxes of a codename, one a word */
function boxes(id) {
  return Array.from({ length: WORDS }, (_, at) => byId(`${id}-${at + 1}`, HTMLInputElement));
}

/**
 * What stands in the boxes, as one text.
 * @param {string} id
 */
export function typedWords(id) {
  return boxes(id)
    .map((box) => box.value)
    .join(" ")
    .trim();
}

/**
 * Each word into its box, from one on; the last holds what is left over.
 * @param {HTMLInputElement[]} places
 * @param {string[]} words
 */
function spread(places, words) {
  for (const [at, box] of places.entries()) {
    const last = at === WORDS - 1 || at === places.length - 1;
    if (at < words.length) box.value = (last ? words.slice(at) : [words[at]]).join(" ");
  }
}

/**
 * Words that were typed or pasted into one box go on to the next ones, as the focus does.
 * @param {HTMLInputElement[]} places from that box on
 * @param {string} text
 */
function takeWords(places, text) {
  const words = text.split(APART).filter((word) => LETTER.test(word));
  const ended = APART.test(text.slice(-1));
  if (places.length < 2 || (words.length < 2 && !ended)) return false;
  spread(places, words.length ? words : [""]);
  places[Math.min(words.length, places.length - 1)]?.focus();
  return true;
}

/**
 * Whether the last word may still be typed on.
 * @param {string} id
 */
function isUnfinished(id) {
  return boxes(id).findLast((box) => box.value !== "") === document.activeElement;
}

/**
 * Show the boxes as the worker read them, so that the number of a word is that of its box.
 * @param {string} id
 * @param {string[]} read
 */
export function showAsRead(id, read) {
  spread(boxes(id), [...read, ...Array.from({ length: Math.max(0, WORDS - read.length) }, () => "")]);
}

/** Numbers in a row, as one says them. @param {number[]} numbers */
function listed(numbers) {
  return new Intl.ListFormat(document.documentElement.lang).format(numbers.map(String));
}

/**
 * A sentence about one word or about some.
 * @param {string} name
 * @param {number[]} positions
 */
export function sayOfWords(name, positions) {
  return say(`${name}-${positions.length === 1 ? "one" : "some"}`, { positions: listed(positions) });
}

/**
 * What is said aloud too, so that it repeats no word.
 * @param {WordsTold} found
 */
export function helpWords(found) {
  if (found.wrong.length) return sayOfWords("words-wrong", found.wrong.map(({ position }) => position));
  if (found.codename) return say("words-right");
  return found.complete ? say("words-check") : say("words-count", { n: found.words });
}

/**
 * Below the boxes, what is wrong; in each, for eyes only, which word it may have been. Empty without anything found.
 * @param {string} id
 * @param {WordsTold | null} [found]
 */
export function showHelp(id, found = null) {
  fill(byId(`${id}-help`, HTMLElement), found ? helpWords(found) : "", "page");
  const places = boxes(id);
  const aligned = found?.words === places.filter((box) => box.value).length;
  for (const [at, box] of places.entries()) {
    const wrong = aligned ? found?.wrong.find(({ position }) => position === at + 1) : undefined;
    box.classList.toggle("govuk-input--error", wrong !== undefined);
    if (wrong) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
    const hint = wrong?.nearest ? say(wrong.read && wrong.read !== box.value ? "words-read" : "words-nearest", wrong) : "";
    fill(byId(`${box.id}-near`, HTMLElement), hint, "page");
  }
}

/**
 * Say below the boxes, a moment after each key, which words are wrong. All of it happens on this device.
 * @param {string} id
 * @param {WorkerLine} line
 */
export function helpTyping(id, line) {
  let turn = 0;
  let timer = 0;
  const form = byId(`${id}-1`, HTMLInputElement).form;
  const help = () => {
    clearTimeout(timer);
    const mine = ++turn;
    timer = setTimeout(async () => {
      const [typed, typing] = [typedWords(id), isUnfinished(id)];
      const found = typed ? await line.ask("check-words", { typed, typing }).catch(() => null) : null;
      if (mine === turn) showHelp(id, typedWords(id) ? found : null);
    }, PAUSE);
  };
  /** @param {Event} event @returns {HTMLInputElement[]} the box that it is about, and those after it */
  const from = ({ target }) => {
    const places = boxes(id);
    const at = places.findIndex((box) => box === target);
    return at < 0 ? [] : places.slice(at);
  };
  const typed = (/** @type {Event} */ event) => {
    const places = from(event);
    if (!(event instanceof InputEvent && event.isComposing)) takeWords(places, places[0]?.value ?? "");
    help();
  };
  form?.addEventListener("input", typed);
  form?.addEventListener("compositionend", typed);
  form?.addEventListener("paste", (event) => {
    // A box has one line: the browser would leave out the ends of lines, and put words together.
    if (!takeWords(from(event), event.clipboardData?.getData("text") ?? "")) return;
    event.preventDefault();
    help();
  });
}
