// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The report as it stands in the document's fields: nothing is kept anywhere else. */

import { CATEGORIES, CONTACT } from "../protocol/constants.js";
import { all, byId, chosen, fill, one, section, written } from "./dom.js";
import { say } from "./words.js";

/** @import { Answer } from "../protocol/body.js" */
/** @import { Files } from "./files.js" */

const service = byId("service", HTMLTemplateElement);
const BODY_PART = Number(service.dataset["bodyPart"]);
export const MAX_PARTS = Number(service.dataset["maxParts"]);

/** The questions as the document asks them: by a choice, among the forces or in the person's own words, each on its page. */
const QUESTIONS = all(document, "[data-asks]").map((group) => ({
  id: group.dataset["field"] ?? "",
  kind: group.dataset["asks"] ?? "",
  page: group.closest("section")?.dataset["page"] ?? "",
}));
/** The pages of a report, in their order, and those of the short questions. */
export const PAGES = (service.dataset["pages"] ?? "").split(" ");
export const SHORT = (service.dataset["short"] ?? "").split(" ");

/**
 * The inputs of a question that are chosen.
 * @param {string} id
 */
function inputsOf(id) {
  return all(document, `input[name="${id}"]:checked`);
}

/**
 * What is chosen of a question, in the order of the document.
 * @param {string} id
 */
export function chosenOf(id) {
  return inputsOf(id).map((input) => input.getAttribute("value") ?? "");
}

/** Whether the person said that answering would identify them. @param {string} id */
function isWithheld(id) {
  return inputsOf(`${id}-withheld`).length > 0;
}

/** `contact`: whether it takes contact details. @typedef {{slug: string, name: string, kind: string, takesFiles: boolean, contact: boolean}} Receiver */

/**
 * A unit as the document lists it.
 * @param {string} slug
 * @returns {Receiver | null}
 */
function listedUnit(slug) {
  const found = all(service.content, "[data-slug]").find((unit) => unit.dataset["slug"] === slug);
  if (!found) return null;
  const { kind = "", files, contact } = found.dataset;
  return { slug, name: found.textContent ?? "", kind, takesFiles: files !== undefined, contact: contact !== undefined };
}

/** Whether an answer keeps the report from the force's own unit. */
export function isIndependent() {
  return QUESTIONS.some(({ id }) => inputsOf(id).some((input) => input.hasAttribute("data-independent")));
}

/**
 * Who would receive the report; null when no unit can.
 * @param {boolean} independent
 */
export function receiver(independent = isIndependent()) {
  const force = chosen("force");
  const { unit, independentUnit } = (force ?? service).dataset;
  return listedUnit((independent ? independentUnit : unit) ?? "");
}

/**
 * Where the report goes: to one unit, or where several forces are named to that of each, a unit once. `force` is the one
 * that it is about there.
 * @typedef {Receiver & {force: string}} Target
 * @returns {Target[]} empty when no unit can receive it
 */
export function targets() {
  const named = namedForces();
  if (!named.length) {
    const unit = receiver();
    return unit ? [{ ...unit, force: chosen("force")?.value ?? "" }] : [];
  }
  /** @type {Map<string, Target>} */
  const found = new Map();
  for (const { slug: force } of named) {
    const { unit, independentUnit } = one(document, `input[name="force"][value="${force}"]`).dataset;
    const listed = listedUnit((isIndependent() ? independentUnit : unit) ?? "");
    if (listed && !found.has(listed.slug)) found.set(listed.slug, { ...listed, force });
  }
  return [...found.values()];
}

/** Why it is that unit, in words. */
function whyReceiver() {
  const [only] = targets();
  if (!only?.force) return say("why-no-force");
  if (isIndependent()) return say("why-independent");
  if (only.kind !== "force-unit") return say("why-no-unit");
  return say(namedForces().length > 1 ? "why-forces" : "why-force");
}

/**
 * On which answers a page depends: the question, then the options; empty for one that is always shown.
 * @param {string} page
 */
export function dependsOn(page) {
  return (section(page).dataset["after"] ?? "").split(" ").filter(Boolean);
}

/** Whether a page of the report is shown, by what was answered before. @param {string} page */
export function isAsked(page) {
  const [question, ...options] = dependsOn(page);
  return !question || chosenOf(question).some((option) => options.includes(option));
}

/**
 * What is chosen or written of a question; empty for nothing.
 * @param {string} id
 * @param {string} kind
 */
function answerOf(id, kind) {
  if (kind === "choice") return chosenOf(id).sort();
  if (kind === "forces") return namedForces().map(({ slug }) => slug).sort();
  return wellFormed(id).trim();
}

/** The forces that were named because there are several, each once, in the order in which they were named. */
function namedForces() {
  if (!isAsked("forces")) return [];
  const options = all(section("forces"), "select").map((select) =>
    select instanceof HTMLSelectElement ? select.selectedOptions[0] : undefined,
  );
  const named = new Map(options.map((option) => [option?.value ?? "", option?.label ?? ""]));
  named.delete("");
  return [...named].map(([slug, name]) => ({ slug, name }));
}

/** @returns {Record<string, Answer>} */
function answers() {
  /** @type {Record<string, Answer>} */
  const found = {};
  for (const { id, kind, page } of QUESTIONS) {
    const answer = isWithheld(id) ? null : answerOf(id, kind);
    if (isAsked(page) && (answer === null || answer.length)) found[id] = answer;
  }
  // A force and why none is named are chosen on one page, never both.
  if (chosen("force")) delete found["force-unknown"];
  return found;
}

/** @returns {string[]} in the order of the list */
export function categories() {
  return chosenOf("suits").filter((name) => CATEGORIES.includes(name));
}

/**
 * A text box's content with half characters replaced, since those cannot be sent.
 * @param {string} id
 */
function wellFormed(id) {
  return new TextDecoder().decode(new TextEncoder().encode(written(id)));
}

/** Letters of sealed contact details, in base64, beside the text of their message. */
const SEALED = (CONTACT / 3) * 4;

/** What the worker is asked to send. */
export function report() {
  const force = chosen("force")?.value ?? "";
  return { force, categories: categories(), answers: answers(), text: wellFormed("account-text") };
}

/** The contact details that are typed on a page for them, as they are sent. @param {string} [page] */
export function contactText(page = "contact") {
  return wellFormed(`${page}-text`).trim();
}

/**
 * What goes to a unit beside the report itself: nothing that it does not take.
 * @param {Receiver} unit
 * @param {Files} files
 */
export function beside({ takesFiles, contact }, files) {
  return { files: takesFiles ? files.asked() : [], contact: contact ? contactText() : "" };
}

/** What a further message says. */
export function replyText() {
  return wellFormed("reply-text");
}

/**
 * That the message closes its conversation, where it is to.
 * @returns {Record<string, Answer>}
 */
export function closing() {
  const option = chosen("close")?.value;
  return option ? { close: [option] } : {};
}

/**
 * How many envelopes the form fills (docs/protocol.md, step 5.6), and how much of the first one in per cent.
 * @param {{force?: string, categories?: string[], answers?: Record<string, Answer>, text: string, contact?: string, files?: object[]}} form
 */
export function size({ force = "", categories = [], answers = {}, text, contact = "", files = [] }) {
  // What is sealed of them has one size.
  const body = { v: 2, categories, force, answers, text, files, contact: contact && " ".repeat(SEALED), not_to: [] };
  const bytes = new TextEncoder().encode(JSON.stringify(body)).length;
  return { parts: Math.ceil(bytes / BODY_PART), percent: Math.ceil((bytes * 100) / BODY_PART) };
}

/** @param {{parts: number, percent: number}} found */
export function sizeWords(found) {
  if (found.parts > MAX_PARTS) return say("size-long", { parts: found.parts, most: MAX_PARTS });
  if (found.parts > 1) return say("size-parts", { parts: found.parts, most: MAX_PARTS });
  return say("size-one", { percent: found.percent });
}

/**
 * The words beside an input.
 * @param {Element | null} input
 */
function label(input) {
  const found = input?.id ? document.querySelector(`label[for="${input.id}"]`) : null;
  return (found?.textContent ?? "").trim();
}

/**
 * The words beside what is chosen of a question, a line each.
 * @param {string} id
 * @param {string[]} [of] of these options alone
 */
function labels(id, of) {
  const inputs = inputsOf(id).filter((input) => !of || of.includes(input.getAttribute("value") ?? ""));
  return inputs.map(label).join("\n");
}

/**
 * The files in words, and to whom they do not go.
 * @param {Files} files
 */
function filesWords(files) {
  const refusing = targets().filter(({ takesFiles }) => !takesFiles);
  const names = refusing.map(({ name }) => name).join("; ");
  const not = files.any && names ? [say("files-not-to", { names })] : [];
  return [files.words() || say("files-none"), ...not].join("\n");
}

/** Write every answer on the page that shows them all. @param {Files} files */
export function fillCheckPage(files) {
  const page = section("check");
  const force = chosen("force") ?? chosen("force-unknown");
  /** @type {Record<string, string>} */
  const shown = { force: label(force), categories: labels("suits", categories()) };
  for (const { id, kind } of QUESTIONS) {
    shown[id] = isWithheld(id) ? say("withheld") : kind === "choice" ? labels(id) : kind === "words" ? written(id).trim() : "";
  }
  shown["forces"] = namedForces().map(({ name }) => name).join("\n");
  shown["account-text"] = written("account-text").trim();
  shown["files"] = filesWords(files);
  for (const place of all(page, "[data-answer]")) {
    fill(place, shown[place.dataset["answer"] ?? ""] || say("nothing"), "report");
  }
  for (const name of PAGES) one(page, `[data-row="${name}"]`).hidden = !isAsked(name);
  one(page, "[data-no-account]").hidden = Boolean(shown["account-text"]);
  fillFit(page, fillReceivers(page), files);
}

/**
 * Write whether it can be sent as it is, and if not why. With files or contact details it has one part.
 * @param {HTMLElement} page
 * @param {number} units how many receive it
 * @param {Files} files
 */
function fillFit(page, units, files) {
  const own = report();
  const each = targets().map((unit) => {
    const { contact } = beside(unit, files);
    const going = unit.takesFiles ? files.entries() : [];
    return { going, contact, listed: size({ ...own, files: going }), whole: size({ ...own, files: going, contact }) };
  });
  const longest = Math.max(0, ...each.map(({ whole }) => whole.parts));
  const crowded = each.some(({ going, listed }) => going.length > 0 && listed.parts > 1);
  const beyond = !crowded && each.some(({ contact, whole }) => contact !== "" && whole.parts > 1);
  const open = each.some(({ going }) => going.length > 0) && files.faults().length > 0;
  one(page, "[data-can-send]").hidden = !units || crowded || beyond || longest > MAX_PARTS || open;
  one(page, "[data-can-leave]").hidden = !units;
  one(page, "[data-files-open]").hidden = !open;
  one(page, "[data-files-text]").hidden = !crowded;
  one(page, "[data-contact-beyond]").hidden = !beyond;
  one(page, "[data-cannot-send]").hidden = units > 0;
  const told = longest > 1 && !crowded && !beyond;
  fill(one(page, "[data-size-check]"), told ? sizeWords({ parts: longest, percent: 100 }) : "", "report");
}

/**
 * Write who receives the report, why, and who reads it there; how many units they are.
 * @param {HTMLElement} page
 */
function fillReceivers(page) {
  const units = targets();
  const why = units.length > 1 ? say("why-several", { n: units.length }) : units.length ? whyReceiver() : "";
  const kinds = [...new Set(units.map(({ kind }) => kind))];
  const reads = (/** @type {string} */ kind) => say(`reads-${kind}`);
  const who = kinds.length > 1 ? units.map(({ name, kind }) => `${name}: ${reads(kind)}`) : kinds.map(reads);
  fill(one(page, "[data-receiver]"), units.map(({ name }) => name).join("; "), "report");
  fill(one(page, "[data-receiver-why]"), why, "report");
  fill(one(page, "[data-receiver-reads]"), who.join(" "), "report");
  return units.length;
}
