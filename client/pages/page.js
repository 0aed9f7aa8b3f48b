// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The page: puts its parts together. Everything that is typed stays in the document until it is sealed by the
 * worker.
 */

import { helpTyping, helpWords, hideCodename, isCodenameShown, sameCodename, showCodename } from "./codename.js";
import { all, byId, chosen, one, section, written } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { resetForceList, startForceList } from "./force_list.js";
import { emptyFields, startCover, startExit, startForgetting } from "./leave.js";
import { emptyOutcome } from "./outcome.js";
import { MAX_PARTS, asksWhom, emptyCheckPage, fillCheckPage, isIndependent } from "./report.js";
import { receiver, replyText, report, size, sizeWords } from "./report.js";
import { Visits } from "./visits.js";
import { Walk, keepAddress } from "./walk.js";
import { say } from "./words.js";
import { WorkerLine } from "./worker_line.js";

/** @import { WordsTold } from "../worker_messages.js" */

/** The questions of a report, in their order. */
const ORDER = [
  ...["before", "role", "serving", "identity", "force", "chief", "keep", "whom", "categories", "account"],
  ...["check", "codename", "retype"],
];

/** The one made for a report, and the one that a person came back with: neither ever stands in for the other. */
let codename = "";
let returned = "";
let dirty = false;
/** Whether the person came from the page that shows all answers, to change one. */
let changing = false;

const line = new WorkerLine(byId("service", HTMLTemplateElement).dataset["anchor"] ?? "");
const walk = new Walk(entered, forget);
const visits = new Visits(line, walk, done);

/** Empty all that was typed. */
function emptyReport() {
  dirty = false;
  changing = false;
  codename = returned = "";
  emptyFields();
  emptyCheckPage();
  resetForceList();
  hideCodename();
  for (const page of [...ORDER, "suits", "return", "write"]) clearFaults(page);
}

/**
 * What a visit needed is gone; a conversation's codename is kept for the next message.
 * @param {"report" | "reply" | "check"} kind
 */
function done(kind) {
  if (kind === "report") {
    emptyReport();
    return;
  }
  dirty = false;
  emptyFields();
}

/** Nothing that was typed, made or fetched stays. */
function forget() {
  empty();
  line.ask("forget").catch(() => line.stop());
}

/** The same, and the worker ends, when the page goes. */
function wipe() {
  // After *Exit this page* there is no page left to empty.
  if (!document.body.childElementCount) return;
  empty();
  line.stop();
}

function empty() {
  emptyReport();
  emptyOutcome();
  visits.forget();
}

/** @param {string} name */
function entered(name) {
  if (name !== "codename") hideCodename();
  if (name === "check") {
    changing = false;
    fillCheckPage();
  }
  if (name === "codename") void prepareCodename();
  showSizes();
}

/** A codename as soon as it will be needed: the worker stretches it while it is being written down. */
async function prepareCodename() {
  const goOn = one(section("codename"), '[data-do="next"]');
  goOn.hidden = true;
  if (codename) return;
  try {
    codename = (await line.ask("new-codename")).codename;
  } catch {
    walk.turn("incapable");
  }
}

function toggleCodename() {
  if (isCodenameShown()) hideCodename();
  else if (codename) {
    showCodename(codename);
    one(section("codename"), '[data-do="next"]').hidden = false;
  }
}

/** The faults of a question; most may be left empty. @param {string} page */
function faults(page) {
  if (page === "suits" && !chosen("suits")) return [{ field: "suits" }];
  if (page === "force" && !chosen("force") && !chosen("force-unknown")) return [{ field: "force" }];
  if (page === "categories" && !report().categories.length) return [{ field: "categories" }];
  if (page === "account" && size(report()).parts > MAX_PARTS) return [{ field: "account-text" }];
  return [];
}

function next() {
  const page = walk.current;
  const found = faults(page);
  if (found.length) {
    showFaults(page, found);
    return;
  }
  clearFaults(page);
  if (page === "suits") {
    walk.go({ serious: "before", danger: "danger" }[chosen("suits")?.value ?? ""] ?? "elsewhere");
    return;
  }
  const follows = after(page);
  if (changing && follows !== "whom") {
    changing = false;
    walk.returnTo("check");
    return;
  }
  walk.go(follows);
}

/** @param {string} page */
function after(page) {
  const follows = ORDER[ORDER.indexOf(page) + 1] ?? "check";
  return follows === "whom" && !asksWhom() ? "categories" : follows;
}

/** @param {string} page */
function change(page) {
  changing = true;
  walk.go(page);
}

/**
 * Ask the worker whether these are eight words of a codename; shows what is wrong with them.
 * @param {string} field
 */
async function checkedWords(field) {
  const typed = written(field);
  /** @type {WordsTold | null} */
  const found = typed.trim() ? await line.ask("check-words", { typed }).catch(() => null) : null;
  if (found?.valid) return typed;
  const text = found && (found.wrong.length || found.complete) ? helpWords(found) : undefined;
  showFaults(walk.current, [text === undefined ? { field } : { field, text }]);
  return null;
}

async function send() {
  const typed = await checkedWords("codename-back");
  if (typed === null) return;
  if (!sameCodename(typed, codename)) {
    showFaults("retype", [{ field: "codename-back", text: say("words-other") }]);
    return;
  }
  const unit = receiver();
  if (!unit) {
    walk.returnTo("check");
    return;
  }
  const shown = { name: unit.name, independent: isIndependent() };
  await visits.make("report", { codename, slug: unit.slug, shown, ...report(), despiteClock: false });
}

async function check() {
  const typed = await checkedWords("codename-in");
  if (typed === null) return;
  returned = typed;
  await visits.make("check", { codename: returned, despiteClock: false });
}

async function reply() {
  const text = replyText();
  const slug = chosen("which")?.value ?? "";
  const found = [];
  if (visits.asksWhich() && !slug) found.push({ field: "which" });
  if (!text.trim() || size({ text }).parts > MAX_PARTS) {
    found.push(text.trim() ? { field: "reply-text", text: sizeWords(size({ text })) } : { field: "reply-text" });
  }
  if (found.length) {
    showFaults("write", found);
    return;
  }
  clearFaults("write");
  await visits.make("reply", { codename: returned, slug, text, despiteClock: false });
}

function showSizes() {
  const found = { account: size(report()), write: size({ text: replyText() }) };
  for (const page of /** @type {const} */ (["account", "write"])) {
    const place = one(section(page), "[data-size]");
    // A screen reader hears of it once it matters, not at every key.
    place.setAttribute("aria-live", found[page].parts > 1 ? "polite" : "off");
    const words = sizeWords(found[page]);
    if (place.textContent !== words) place.textContent = words;
  }
}

/** What the buttons and forms do, by name. @type {Record<string, () => unknown>} */
const DOES = {
  report: () => walk.go("suits"),
  return: () => walk.go("return"),
  serious: () => walk.go("before"),
  back: () => walk.back(),
  next,
  send,
  check,
  reply,
  "show-codename": toggleCodename,
  cancel: () => line.stop(),
  again: () => visits.again(),
  "despite-clock": () => visits.again({ despiteClock: true }),
  rethink: () => visits.rethink(),
  reroute: () => visits.reroute(),
  desk: () => visits.toDesk(),
  second: () => visits.toDesk(),
  messages: () => visits.messages(),
  write: () => visits.write(),
};

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest("[data-do], [data-change]") : null;
  if (!(pressed instanceof HTMLElement)) return;
  if (pressed.dataset["change"]) change(pressed.dataset["change"]);
  else void DOES[pressed.dataset["do"] ?? ""]?.();
});
for (const form of all(document, "form")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void DOES[form.dataset["form"] ?? ""]?.();
  });
}
document.addEventListener("input", () => {
  dirty = true;
  showSizes();
});
document.addEventListener("copy", (event) => {
  // What is copied outlives the page.
  if (walk.current === "codename") event.preventDefault();
});
keepAddress();
startForceList();
helpTyping("codename-back", line);
helpTyping("codename-in", line);
startExit(wipe);
startCover(() => walk.current !== "start");
startForgetting(wipe, () => dirty);
byId("no-script", HTMLElement).hidden = true;
line.start().then(
  () => {
    byId("begin", HTMLElement).hidden = false;
  },
  () => walk.turn("incapable"),
);
