// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The page: puts its parts together. Everything that is typed stays in the document until it is sealed by the
 * worker.
 */

import { helpTyping, helpWords, hideCodename, isCodenameShown, showCodename, showHelp } from "./codename.js";
import { all, byId, chosen, one, section, written } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { showFitting, startForceList } from "./force_list.js";
import { emptyFields, isAnythingWritten, startCover, startExit, startForgetting } from "./leave.js";
import { emptyKept, emptyOutcome } from "./outcome.js";
import { MAX_PARTS, asksWhom, emptyCheckPage, fillCheckPage, isIndependent } from "./report.js";
import { receiver, replyText, report, size, sizeWords } from "./report.js";
import { Visits } from "./visits.js";
import { Walk, keepAddress } from "./walk.js";
import { say } from "./words.js";
import { Failed, WorkerLine } from "./worker_line.js";

/** @import { WordsTold } from "../worker_messages.js" */

/** The questions of a report, in their order. */
const ORDER = [
  ...["before", "role", "serving", "identity", "force", "chief", "keep", "whom", "categories", "account"],
  ...["check", "codename", "retype"],
];

/** The one made for a report, and the one that a person came back with: neither ever stands in for the other. */
let codename = "";
let returned = "";
/** Ends when the codename is there; one is made at a time. */
let making = Promise.resolve();
/** Whether the person came from the page that shows all answers, to change one. */
let changing = false;
/** Whether a press is still at work; another one would make a second visit. */
let busy = false;

const line = new WorkerLine(byId("service", HTMLTemplateElement).dataset["anchor"] ?? "");
const walk = new Walk(entered, left);
const visits = new Visits(line, walk, done);

/** Empty all that was typed. */
function emptyReport() {
  changing = false;
  codename = "";
  emptyFields(document);
  emptyCheckPage();
  showFitting();
  hideCodename();
  showHelp("codename-back");
  for (const page of [...ORDER, "suits"]) clearFaults(page);
}

/** Empty what was typed to come back or to write on. */
function emptyReturn() {
  for (const page of ["return", "write"]) {
    emptyFields(section(page));
    clearFaults(page);
  }
  showHelp("codename-in");
}

/**
 * What a visit needed is gone; a conversation's codename is kept for the next message.
 * @param {"report" | "reply" | "check"} kind
 */
function done(kind) {
  if (kind === "report") emptyReport();
  else emptyReturn();
}

/** Back from where a visit ended: nothing of it stays, but a report that is not stored yet does. */
function left() {
  const writing = walk.current !== "sent";
  if (!writing) emptyReport();
  emptyVisits(writing);
  line.ask("forget").catch(() => line.stop());
}

/** Nothing that was typed, made or fetched stays, and the worker ends, when the page goes. */
function wipe() {
  // After *Exit this page* there is no page left to empty.
  if (!document.body.childElementCount) return;
  emptyReport();
  emptyVisits();
  line.stop();
}

/** @param {boolean} [writing] whether a report is still being written */
function emptyVisits(writing = false) {
  returned = "";
  emptyReturn();
  emptyOutcome();
  visits.forget(writing);
}

/** @param {string} name */
function entered(name) {
  if (name !== "codename") hideCodename();
  if (name !== "untaken") emptyKept();
  if (name === "check") {
    changing = false;
    fillCheckPage();
  }
  if (name === "codename") making = making.then(prepareCodename);
  showSizes();
}

/** A codename as soon as it will be needed: the worker stretches it while it is being written down. */
async function prepareCodename() {
  const goOn = one(section("codename"), '[data-do="next"]');
  goOn.hidden = true;
  if (codename) return;
  try {
    codename = (await line.ask("new-codename")).codename;
  } catch (error) {
    if (walk.current === "codename" && error instanceof Failed && error.code === "crypto-missing") walk.turn("incapable");
  }
}

async function toggleCodename() {
  if (isCodenameShown()) {
    hideCodename();
    return;
  }
  // On a slow device the press may come before the codename; after Stop, without a connection, there is none.
  await making;
  if (!codename) await (making = prepareCodename());
  if (walk.current !== "codename") return;
  if (!codename) {
    byId("codename-words", HTMLElement).textContent = say("network");
    return;
  }
  showCodename(codename);
  one(section("codename"), '[data-do="next"]').hidden = false;
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
 * The codename that was typed, as it was made; empty when the page has gone or shows what is wrong.
 * @param {string} field
 */
async function typedCodename(field) {
  const page = walk.current;
  const typed = written(field);
  /** @type {WordsTold | null} */
  let found = null;
  /** @type {string | undefined} */
  let text;
  try {
    if (typed.trim()) found = await line.ask("check-words", { typed });
    if (found && (found.wrong.length || found.complete)) text = helpWords(found);
  } catch {
    // After Stop the worker is fetched anew: without a connection nothing can be said of the words.
    text = say("network");
  }
  if (walk.current !== page) return "";
  showHelp(field, found);
  if (found?.codename) return found.codename;
  showFaults(page, [text === undefined ? { field } : { field, text }]);
  return "";
}

async function send() {
  const typed = await typedCodename("codename-back");
  if (!typed) return;
  if (typed !== codename) {
    showFaults("retype", [{ field: "codename-back", text: say("words-other") }]);
    return;
  }
  const unit = receiver();
  if (!unit) {
    walk.returnTo("check");
    return;
  }
  const shown = { name: unit.name, independent: isIndependent(), kind: unit.kind };
  await visits.make("report", { codename, slug: unit.slug, shown, ...report(), despiteClock: false });
}

async function check() {
  const typed = await typedCodename("codename-in");
  if (!typed) return;
  returned = typed;
  await visits.make("check", { codename: returned, despiteClock: false });
}

async function reply() {
  const text = replyText();
  const slug = visits.addressee();
  const found = [];
  if (!slug) found.push({ field: "which" });
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
  elsewhere: () => walk.go("elsewhere"),
  next,
  send,
  check,
  reply,
  "show-codename": toggleCodename,
  again: () => visits.again(),
  "despite-clock": () => visits.again({ despiteClock: true }),
  rethink: () => visits.rethink(),
  reroute: () => visits.reroute(),
  desk: () => visits.toDesk(),
  messages: () => visits.messages(),
  write: () => visits.write(),
};

/** What is done at once, whatever else goes on. @type {Record<string, () => unknown>} */
const AT_ONCE = { back: () => walk.back(), cancel: () => line.stop() };

/** @param {string} name */
async function act(name) {
  AT_ONCE[name]?.();
  if (busy) return;
  busy = true;
  try {
    await DOES[name]?.();
  } finally {
    busy = false;
  }
}

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest("[data-do], [data-change]") : null;
  if (!(pressed instanceof HTMLElement)) return;
  if (pressed.dataset["change"]) change(pressed.dataset["change"]);
  else void act(pressed.dataset["do"] ?? "");
});
for (const form of all(document, "form")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void act(form.dataset["form"] ?? "");
  });
}
document.addEventListener("input", showSizes);
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
startForgetting(wipe, isAnythingWritten);
line.start().then(
  () => {
    byId("no-script", HTMLElement).hidden = true;
    byId("begin", HTMLElement).hidden = false;
  },
  () => walk.turn("incapable"),
);
