// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What may point to the source in what was typed, below the account and on the page that shows all. It holds nobody
 * up, and moves nothing that a finger is on its way to.
 */

import { hints } from "./checker.js";
import { all, fill, fillWith, fresh, one, section } from "./dom.js";
import { say } from "./words.js";

/** Milliseconds without a key before it is looked, and one more for so many letters: a slow device goes on typing. */
const PAUSE = 700;
const LETTERS = 20;
/** Texts of one kind that are shown. */
const MOST = 8;
/** Where the name of somebody else is asked for. */
const ASKS_NAMES = new Set(["subject-identity", "keep-from-whom"]);
/** The look that is still to come, when somebody types. */
let waiting = 0;

/** What the page that shows all shows of text boxes, in its order. */
function typed() {
  return all(section("check"), "[data-answer]")
    .map((answer) => answer.dataset["answer"] ?? "")
    .filter((id) => !ASKS_NAMES.has(id))
    .map((id) => document.getElementById(id))
    .filter((box) => box instanceof HTMLTextAreaElement)
    .map((box) => box.value)
    .join("\n\n");
}

/**
 * One line of each kind.
 * @param {string} text
 */
function lines(text) {
  /** @type {Map<string, string[]>} */
  const kinds = new Map();
  for (const { kind, said } of hints(text)) kinds.set(kind, [...(kinds.get(kind) ?? []), say("hint-said", { said })]);
  return [...kinds].flatMap(([kind, said]) => {
    const line = fresh("hint");
    const rest = said.length > MOST ? [say("hint-more", { n: said.length - MOST })] : [];
    for (const part of line) {
      fill(one(part, "[data-hint-kind]"), say(`hint-${kind}`), "report");
      fill(one(part, "[data-hint-said]"), [...said.slice(0, MOST), ...rest].join(", "), "report");
    }
    return line;
  });
}

/** Look at once. */
export function showHints() {
  clearTimeout(waiting);
  // After *Exit this page* there is nothing left to look at.
  if (!document.getElementById("page-check")) return;
  const text = typed();
  for (const place of all(document, "[data-hints]")) {
    const found = lines(text);
    const made = found.length ? fresh("hints-found") : [];
    for (const list of made.filter((part) => part.matches("ul"))) list.append(...found);
    fillWith(place, made, "report");
  }
}

/** Wire the pages. */
export function startHints() {
  // Below the button, which stays where it is when a line comes.
  one(section("account"), "form").after(...fresh("hints"));
  one(section("check"), "dl").after(...fresh("hints"));
  document.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    clearTimeout(waiting);
    waiting = setTimeout(showHints, PAUSE + event.target.value.length / LETTERS);
  });
}
