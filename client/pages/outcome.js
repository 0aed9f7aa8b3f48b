// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What came of a visit: the pages that say it, filled in as text. Whatever a unit wrote is shown as it is and
 * does nothing.
 */

import { firstWords, message, paragraph } from "./answer.js";
import { fillComeBack } from "./come_back.js";
import { all, emptyFilled, fill, fillWith, fresh, one, section } from "./dom.js";
import { dayWords, has, say } from "./words.js";

/** @import { ConversationTold, VisitTold, WarningTold } from "../worker_messages.js" */
/** @import { Failed } from "./worker_line.js" */

const NO_ANSWER = new Set(["unreachable", "bad-answer"]);
/** What passes by itself. */
const LATER = new Set([...NO_ANSWER, "refused", "no-unit-receives"]);
/** What ends a visit on this device. */
const STOPPED = new Set(["stopped", "file-changed", "files-too-late"]);
const DAY = 86_400;
/** Of a visit that broke off after its answers were shown. @type {WarningTold} */
export const UNACKNOWLEDGED = { code: "not-acknowledged", slug: "", name: "", days: 0, proof: false, text: "" };

/**
 * @param {WarningTold} warned
 * @param {number} period seconds; where it is no day, what was counted is no days
 */
function warningWords(warned, period) {
  const silent = period === DAY ? "warned-silent" : "warned-silent-periods";
  const whole = { clock: "warned-clock", "not-acknowledged": "warned-not-acknowledged" };
  const name = { ...whole, "replies-altered": "warned-altered", silent }[warned.code];
  return name ? say(name, { name: warned.name, days: warned.days }) : warned.text;
}

/**
 * @param {HTMLElement} place
 * @param {WarningTold[]} warnings
 * @param {number} [period]
 */
function fillWarnings(place, warnings, period = DAY) {
  const shown = warnings.flatMap((warned) => {
    const boxes = fresh("warning");
    for (const box of boxes) one(box, ".govuk-warning-text__text").append(` ${warningWords(warned, period)}`);
    return boxes;
  });
  fillWith(place, shown);
}

/** @param {WarningTold} warned */
function isOpen(warned) {
  return warned.proof || warned.slug === "";
}

/**
 * @param {"sent" | "replied"} name
 * @param {VisitTold} visited
 */
export function fillStored(name, visited) {
  const page = section(name);
  fill(one(page, "[data-unit-name]"), visited.name);
  for (const place of all(page, "[data-address]")) fill(place, location.origin);
  fillComeBack(page, visited.clockSuspect);
  fillWarnings(one(page, "[data-warnings]"), concerning(visited), visited.period);
}

/**
 * What concerns another unit than the one written to is no matter of its page, unless it is proved.
 * @param {VisitTold} visited
 */
function concerning(visited) {
  return visited.warnings.filter((warned) => isOpen(warned) || warned.slug === visited.slug);
}

/**
 * @param {VisitTold} visited
 * @param {VisitTold | null} before what the page shows already: where the answers are the same nobody loses their place
 */
export function fillMessages(visited, before) {
  const page = section("messages");
  fillComeBack(page, visited.clockSuspect);
  fillWarnings(one(page, "[data-warnings]"), visited.warnings.filter(isOpen));
  const others = visited.warnings.filter((warned) => !isOpen(warned));
  const fold = one(page, "[data-fold]");
  fold.hidden = !others.length;
  fillWarnings(one(fold, ".govuk-details__text"), others, visited.period);
  if (JSON.stringify(visited.conversations) !== JSON.stringify(before?.conversations)) {
    fillWith(one(page, "[data-conversations]"), visited.conversations.flatMap(conversation));
    const { hidden } = one(page, '[data-do="write"]');
    for (const button of all(page, '[data-do="answer"], [data-do="accept"]')) {
      button.hidden = hidden;
      // Nothing can be written to a unit that has ended, or for which another goes on.
      const gone = visited.conversations.some(({ slug, successor: next }) => next && slug === button.dataset["slug"]);
      if (gone || !visited.units.some(({ slug }) => slug === button.dataset["slug"])) button.remove();
    }
  }
  const altered = visited.warnings.some((warned) => warned.code === "replies-altered");
  one(page, "[data-nothing]").hidden = visited.conversations.length > 0 || altered;
  one(page, "[data-unknown]").hidden = visited.conversations.length > 0 || !altered;
}

/**
 * Whether the visit that brought the answers is over. Until then nothing leads to another one.
 * @param {"going-on" | "busy" | "over"} state
 */
export function fillGoing(state) {
  const page = section("messages");
  const place = one(page, "[data-going]");
  const words = state === "over" ? say("over") : [state === "busy" ? say("busy") : "", say("going-on")].join(" ").trim();
  // A screen reader hears of each change once.
  if (place.textContent !== words) fill(place, words);
  for (const button of all(page, '[data-do="write"], [data-do="answer"], [data-do="accept"]')) button.hidden = state !== "over";
}

/** @param {string} text what must not be passed over */
function inset(text) {
  const made = paragraph(text);
  made.className = "govuk-inset-text";
  return made;
}

/** @param {ConversationTold} found */
function conversation(found) {
  const [heading, collected, way] = fresh("conversation");
  if (!heading || !collected || !way) return [];
  way.dataset["way"] = found.messages.length ? "3" : found.collected ? "2" : "1";
  fill(heading, found.name);
  const count = found.collected === 0 ? "none" : found.collected === 1 ? "one" : "some";
  fill(collected, say(`collected-${count}`, { n: found.collected }));
  const texts = found.messages.flatMap((told) => message(told, found.slug));
  const again = found.again === 0 ? "soon" : found.again === 1 ? "one" : "some";
  if (texts.length) texts.push(paragraph(say(`read-again-${again}`, { n: found.again })));
  if (found.unread) texts.push(paragraph(say(found.unread === 1 ? "unread-one" : "unread-some", { n: found.unread })));
  if (!texts.length && !found.more) texts.push(paragraph(say("no-text")));
  const more = found.more ? [inset(say("more-waits"))] : [];
  return [heading, collected, way, ...firstWords(found), ...more, ...texts, ...successor(found)];
}

/**
 * That another unit goes on for this one, and what leads to it.
 * @param {ConversationTold} found
 */
function successor({ successor: next }) {
  const shown = next ? fresh("successor") : [];
  const [says, who, reads, go] = shown;
  if (!next || !says || !who || !reads || !go) return [];
  fill(says, say("succeeded"));
  fill(who, say("succeeded-by", next));
  fill(reads, say(`reads-${next.kind}`));
  const button = one(go, "button");
  Object.assign(button.dataset, { slug: next.slug, reference: "" });
  fill(button, say("accept", next));
  return shown;
}

/**
 * What a message left on the server: whether any of it may be there, and how many parts surely are. `delivered` names the
 * units that have it already where it goes to several, `to` the one that this is about.
 * @typedef {{perhaps: boolean, parts: number, delivered?: string, to?: string}} Left
 */

/**
 * The same in words.
 * @param {Left} left
 */
function storedWords({ perhaps, parts, delivered = "", to = "" }) {
  const words = parts > 0 ? say("stored-parts", { n: parts }) : say(perhaps ? "stored-perhaps" : "stored-nothing");
  if (!delivered) return words;
  const rest = parts > 0 || perhaps ? `${say("several-to", { name: to })} ${words}` : say("several-nothing", { name: to });
  return `${say("several-stored", { names: delivered })} ${rest}`;
}

/**
 * The page for a failure, filled in.
 * @param {Failed} failed
 * @param {Left | null} left null for who was only reading
 * @param {string} [kept] what was written, to be shown once more
 */
export function fillFailure(failed, left, kept = "") {
  const name = pageOf(failed);
  const page = section(name);
  const stored = left ? storedWords(left) : say("stored-reading");
  emptyFilled("visit", page);
  if (!left) for (const button of all(page, '[data-do="rethink"]')) fill(button, say("rethink-reading"));
  for (const place of all(page, "[data-stored]")) fill(place, stored);
  for (const place of all(page, "[data-warnings]")) fillWarnings(place, failed.warnings.filter(isOpen));
  for (const place of all(page, "[data-today]")) fill(place, dayWords(new Date()));
  for (const place of all(page, "[data-say]")) fill(place, failed.code === "stopped" ? "" : reason(failed));
  for (const place of all(page, "[data-kept]")) {
    fill(place, kept);
    if (place.parentElement) place.parentElement.hidden = !kept;
  }
  for (const place of all(page, "[data-perhaps]")) {
    place.hidden = (place.dataset["perhaps"] === "yes") !== Boolean(left && (left.perhaps || left.parts > 0));
  }
  fillComeBack(page);
  return name;
}

/** In the document's words, where it has them. @param {{code: string, say: string}} failed */
function reason({ code, say: told }) {
  if (NO_ANSWER.has(code)) return say("network");
  return has(code) ? say(code) : told || say("unexpected");
}

/**
 * @param {Failed} failed
 * @returns {"untaken" | "clock" | "incapable" | "stopped" | "unavailable" | "problem"}
 */
function pageOf({ code, untaken }) {
  // Whoever only read has the answers by now: to try again at once would show that this was no reading.
  if (untaken) return "untaken";
  if (code === "clock-unconfirmed") return "clock";
  if (code === "crypto-missing") return "incapable";
  if (STOPPED.has(code)) return "stopped";
  return LATER.has(code) ? "unavailable" : "problem";
}

/**
 * The page that says that a decoy went in place of the message.
 * @param {VisitTold} visited
 * @param {string} deskName the intake desk, which is offered where the signed list itself closes the unit; or empty
 * @param {Left} left
 * @param {boolean} without whether that desk takes no files, and the message has some: then nothing is offered at once, since
 *   a visit without them right after this one would tell for whom both were
 */
export function fillRefused(visited, deskName, left, without) {
  const page = section("refused");
  const { refused } = visited;
  const byList = Boolean(refused?.byList);
  const offered = Boolean(deskName) && byList && !without;
  fill(one(page, "[data-say]"), reason(refused ?? { code: "unexpected", say: "" }));
  fill(one(page, "[data-stored]"), storedWords(left));
  fillWarnings(one(page, "[data-warnings]"), concerning(visited), visited.period);
  one(page, "[data-list]").hidden = !byList;
  one(page, "[data-desk]").hidden = !offered;
  one(page, "[data-later]").hidden = byList && !without;
  fill(one(page, "[data-desk-name]"), offered ? deskName : "");
  fillComeBack(page, visited.clockSuspect);
}

/**
 * @param {VisitTold} visited
 * @param {string} was the unit that was shown
 * @param {Left} left
 * @param {boolean} without whether the other unit takes no files, and the report has some: see fillRefused
 */
export function fillRerouted(visited, was, left, without) {
  const page = section("rerouted");
  const { name: now, kind } = visited;
  const byList = Boolean(now && visited.refused?.byList);
  const offered = byList && !without;
  fill(one(page, "[data-stored]"), storedWords(left));
  fill(one(page, "[data-was]"), was);
  fill(one(page, "[data-now]"), now);
  const reads = now ? [say(`reads-${kind}`), without ? say("files-not-there") : ""] : [];
  fill(one(page, "[data-now-reads]"), reads.join(" ").trim());
  one(page, "[data-now-known]").hidden = !now;
  one(page, "[data-now-unknown]").hidden = Boolean(now);
  one(page, "[data-closed]").hidden = !offered;
  one(page, "[data-changed]").hidden = byList;
  one(page, "[data-not-today]").hidden = !byList;
  one(page, "[data-later]").hidden = offered;
  fillComeBack(page, visited.clockSuspect);
}

/** What was written stands on that page only while it is shown. */
export function emptyKept() {
  for (const place of all(document, "[data-kept]")) fill(place, "");
}
