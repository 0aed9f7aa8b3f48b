// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file The page: puts its parts together. Everything that is typed stays in the document until it is sealed by the
 * worker.
 */

import { showFoot, startAround } from "./around.js";
import { helpTyping, helpWords, hideCodename, isCodenameShown, sayOfWords } from "./codename.js";
import { showAsRead, showCodename, showHelp, typedWords } from "./codename.js";
import { showForgotten } from "./addressee.js";
import { Asked } from "./asked.js";
import { Contact, emptyContact, showContact } from "./contact.js";
import { Draft } from "./draft.js";
import { byId, emptyFilled, fill, one, section } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { Files, refuseDropped } from "./files.js";
import { showFitting, startForceList } from "./force_list.js";
import { showHints, startHints } from "./hint_list.js";
import { emptyFields, isAnythingWritten, startCover, startExit, startForgetting } from "./leave.js";
import { emptyKept } from "./outcome.js";
import { fillCheckPage, report, size, sizeWords, targets } from "./report.js";
import { showStage } from "./stages.js";
import { State } from "./states.js";
import { Visits } from "./visits.js";
import { Walk, keepAddress } from "./walk.js";
import { Way, fillUnanswered } from "./way.js";
import { say } from "./words.js";
import { Failed, WorkerLine } from "./worker_line.js";

/** @import { WordsTold } from "../worker_messages.js" */

/** Ends when the codename is there; one is made at a time. */
let making = Promise.resolve();
/** Whether a press is still at work; another one would make a second visit. */
let busy = false;

const line = new WorkerLine(byId("service", HTMLTemplateElement).dataset["anchor"] ?? "");
const walk = new Walk(entered, left);
const state = new State({
  report: emptyReport,
  typed: emptyReturn,
  details: () => emptyContact("contact-reply"),
  outcome: () => emptyFilled("visit"),
  keys: () => void line.ask("forget", {}).catch(() => line.stop()),
  worker: () => line.stop(),
});
const files = { report: new Files("files", line), reply: new Files("files-reply", line) };
const way = new Way(walk, state, files.report);
const asked = new Asked(walk);
const contact = new Contact(walk);
const visits = new Visits(line, walk, state, asked, files.report);
const draft = new Draft(visits, asked, files.reply);

/** All that was typed, and what was shown of it. */
function emptyReport() {
  emptyFields(document);
  files.report.clear();
  emptyFilled("report");
  showFitting();
  hideCodename();
  showHelp("codename-back");
  way.begin();
  clearFaults("contact");
  for (const page of way.pages) clearFaults(page);
}

/** What was typed to come back or to write on. */
function emptyReturn() {
  for (const page of ["return", "write", "contact-reply"]) {
    emptyFields(section(page));
    clearFaults(page);
  }
  showHelp("codename-in");
  asked.clear();
  draft.clear();
  files.reply.clear();
}

/** Back from where a visit ended. */
function left() {
  state.happen(walk.current === "sent" ? "left-stored" : "left", walk);
}

/** The page goes. */
function wipe() {
  // After *Exit this page* there is no page left to empty.
  if (document.body.childElementCount) state.happen("gone", walk);
}

/** @param {string} name */
function entered(name) {
  showFoot(name);
  showStage(name);
  if (name !== "codename") hideCodename();
  if (name !== "untaken") emptyKept();
  if (name === "check") {
    state.changing = false;
    fillCheckPage(files.report);
    fillUnanswered();
    showHints();
  }
  if (name === "messages" || name === "replied") {
    const { begun } = draft;
    one(section("messages"), "[data-unsent]").hidden = !begun;
    // Back would drop what was begun, as it would break off a visit that only reads.
    walk.hold(name, begun || state.last?.ask === "check");
  }
  if (name === "write") draft.show();
  if (name === "check") showContact("contact", targets());
  if (name === "files") files.report.show(targets());
  if (name === "files-reply") files.reply.show([visits.unit() ?? []].flat());
  if (name === "codename") {
    fill(one(section("codename"), "[data-beside]"), targets().map(({ name }) => name).join(", "), "report");
    making = making.then(prepareCodename);
  }
  showSizes();
}

/** A codename as soon as it will be needed: the worker stretches it while it is being written down. */
async function prepareCodename() {
  const goOn = one(section("codename"), '[data-do="next"]');
  goOn.hidden = true;
  if (state.codename) return;
  try {
    state.codename = (await line.ask("new-codename", {})).codename;
  } catch (error) {
    const able = !(error instanceof Failed && error.code === "crypto-missing");
    if (walk.current === "codename" && !able) state.happen("incapable", walk);
  }
}

async function toggleCodename() {
  if (isCodenameShown()) {
    hideCodename();
    return;
  }
  // On a slow device the press may come before the codename; after Stop, without a connection, there is none.
  await making;
  if (!state.codename) await (making = prepareCodename());
  if (walk.current !== "codename") return;
  if (!state.codename) {
    fill(byId("codename-words", HTMLElement), say("network"), "page");
    return;
  }
  showCodename(state.codename);
  one(section("codename"), '[data-do="next"]').hidden = false;
}

/**
 * The codename that was typed, as it was made; empty when the page has gone or shows what is wrong.
 * @param {string} field
 * @param {string} [shown] the codename that it must be
 */
async function typedCodename(field, shown = "") {
  const page = walk.current;
  const typed = typedWords(field);
  /** @type {WordsTold | null} */
  let found = null;
  /** @type {string | undefined} */
  let text;
  try {
    if (typed) found = await line.ask("check-words", { typed });
  } catch {
    // After Stop the worker is fetched anew: without a connection nothing can be said of the words.
    text = say("network");
  }
  if (walk.current !== page) return "";
  if (found?.codename && (!shown || found.codename === shown)) {
    clearFaults(page);
    showHelp(field, found);
    return found.codename;
  }
  if (found) {
    showAsRead(field, found.read);
    if (found.wrong.length || found.complete) text = wordFaults(found, shown);
  }
  const at = found?.wrong[0]?.position ?? 1;
  showFaults(page, [text === undefined ? { field } : { field, text, at: `${field}-${at}` }]);
  showHelp(field, found);
  return "";
}

/**
 * What is wrong with the words. Of those that were just shown the page knows which are others; it repeats none.
 * @param {WordsTold} found
 * @param {string} shown
 */
function wordFaults(found, shown) {
  const others = shown
    .split(" ")
    .map((word, at) => (word === found.read[at] ? 0 : at + 1))
    .filter(Boolean);
  if (shown && !found.wrong.length) {
    return sayOfWords("words-other", others);
  }
  return helpWords(found);
}

async function send() {
  const typed = await typedCodename("codename-back", state.codename);
  if (!typed) return;
  await visits.report(state.codename);
}

async function check() {
  const typed = await typedCodename("codename-in");
  if (!typed) return;
  state.returned = typed;
  await visits.make({ ask: "check", codename: typed, despiteClock: false });
}

async function reply() {
  const found = draft.faults();
  if (found.length) {
    showFaults("write", found);
    return;
  }
  clearFaults("write");
  const sent = files.reply.asked();
  await visits.make({ ask: "reply", codename: state.returned, ...draft.message(), files: sent, despiteClock: false });
}

/** The page for contact details, once it is plain whom they go to. */
function contactLater() {
  const unit = visits.unit();
  if (unit) contact.open("contact-reply", [unit]);
  else showFaults("write", [{ field: "which" }]);
}

/** Take back what was left with the unit that is written to. */
async function withdraw() {
  const [codename, slug] = [state.returned, visits.addressee()];
  await visits.make({ ask: "reply", codename, slug, text: "", withdraw: true, despiteClock: false });
}

/** Back to the message, unless something of its files must be settled. */
function replyFilesDone() {
  const found = files.reply.open();
  if (found.length) {
    showFaults("files-reply", found);
    return;
  }
  clearFaults("files-reply");
  walk.returnTo("write");
}

function showSizes() {
  const account = size(report());
  const found = { account: { parts: account.parts, words: sizeWords(account) }, write: draft.length() };
  for (const page of /** @type {const} */ (["account", "write"])) {
    const place = one(section(page), "[data-size]");
    const { parts, words } = found[page];
    // A screen reader hears of it once it matters, not at every key.
    place.setAttribute("aria-live", parts > 1 ? "polite" : "off");
    if (place.textContent !== words) fill(place, words, "report");
  }
}

/** What the buttons and forms do, by name. @type {Record<string, (pressed: HTMLElement) => unknown>} */
const DOES = {
  report: () => walk.go("suits"),
  return: () => walk.go("return"),
  serious: () => walk.returnTo("suits"),
  safe: () => way.safe(),
  elsewhere: () => walk.go("elsewhere"),
  next: () => way.next(),
  skip: () => way.skip(),
  "skip-rest": () => way.skipRest(),
  short: () => way.short(),
  "take-back": () => way.takeBack(),
  files: () => way.files(),
  "files-reply": () => walk.go("files-reply"),
  "reply-files-done": replyFilesDone,
  tor: () => walk.go("tor"),
  support: () => walk.go("support"),
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
  accept: ({ dataset }) => visits.accept(dataset["slug"] ?? "", dataset["reference"] ?? ""),
  answer: (pressed) => visits.answer(pressed.dataset["slug"] ?? "", Number(pressed.dataset["number"])),
  contact: () => contact.open("contact", targets()),
  "contact-later": contactLater,
  "keep-contact": () => contact.keep(),
  "skip-contact": () => contact.skip(),
  withdraw,
  "next-asked": () => asked.next(() => visits.write()),
  "skip-asked": () => asked.skip(() => visits.write()),
};

/** What is done at once, whatever else goes on. @type {Record<string, () => unknown>} */
const AT_ONCE = { back: () => walk.back(), cancel: () => line.stop() };

/**
 * @param {string} name
 * @param {HTMLElement} pressed
 */
async function act(name, pressed) {
  AT_ONCE[name]?.();
  if (busy) return;
  busy = true;
  try {
    await DOES[name]?.(pressed);
  } finally {
    busy = false;
  }
}

document.addEventListener("click", (event) => {
  const pressed = event.target instanceof Element ? event.target.closest("[data-do], [data-change], [data-change-asked]") : null;
  if (!(pressed instanceof HTMLElement)) return;
  if (pressed.dataset["change"]) way.change(pressed.dataset["change"]);
  else if (pressed.dataset["changeAsked"]) asked.change(Number(pressed.dataset["changeAsked"]));
  else void act(pressed.dataset["do"] ?? "", pressed);
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target instanceof HTMLElement) void act(event.target.dataset["form"] ?? "", event.target);
});
document.addEventListener("input", showSizes);
document.addEventListener("change", () => {
  showForgotten();
  if (walk.current === "write") draft.show();
  showSizes();
});
document.addEventListener("copy", (event) => {
  // What is copied outlives the page.
  if (walk.current === "codename") event.preventDefault();
});
keepAddress();
refuseDropped();
startForceList();
startHints();
startAround(walk);
helpTyping("codename-back", line);
helpTyping("codename-in", line);
startExit(wipe);
startCover(() => walk.current !== "start");
startForgetting(wipe, () => isAnythingWritten() || files.report.any || files.reply.any);
line.start().then(
  () => {
    for (const id of ["no-script", "starting"]) byId(id, HTMLElement).hidden = true;
    byId("begin", HTMLElement).hidden = false;
  },
  () => state.happen("incapable", walk),
);
