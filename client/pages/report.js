// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The report as it stands in the document's fields: nothing is kept anywhere else. */

import { all, byId, chosen, one, section, written } from "./dom.js";
import { say } from "./words.js";

const service = byId("service", HTMLTemplateElement);
const BODY_PART = Number(service.dataset["bodyPart"]);
export const MAX_PARTS = Number(service.dataset["maxParts"]);

/** Questions that are answered by a choice, and those in the person's own words. */
const CHOICES = ["subject-role", "subject-serving", "subject-chief", "keep-from"];
const TEXTS = ["subject-identity", "keep-from-whom"];

/** @typedef {{slug: string, name: string, kind: string}} Receiver */

/**
 * A unit as the document lists it.
 * @param {string} slug
 * @returns {Receiver | null}
 */
function listedUnit(slug) {
  const found = all(service.content, "[data-slug]").find((unit) => unit.dataset["slug"] === slug);
  return found ? { slug, name: found.textContent ?? "", kind: found.dataset["kind"] ?? "" } : null;
}

/** Whether an answer keeps the report from the force's own unit. */
export function isIndependent() {
  return CHOICES.some((name) => chosen(name)?.hasAttribute("data-independent"));
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

/** Why it is that unit, in words. */
export function whyReceiver() {
  if (!chosen("force")) return say("why-no-force");
  if (isIndependent()) return say("why-independent");
  return say(receiver()?.kind === "force-unit" ? "why-force" : "why-no-unit");
}

/** Whether "who should not see it" is asked. */
export function asksWhom() {
  return ["unit", "other"].includes(chosen("keep-from")?.value ?? "");
}

/** @returns {Record<string, string>} */
function answers() {
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of CHOICES) {
    const value = chosen(name)?.value;
    if (value) found[name] = value;
  }
  for (const id of TEXTS) {
    const text = wellFormed(id).trim();
    if (text && (id !== "keep-from-whom" || asksWhom())) found[id] = text;
  }
  const unknown = chosen("force-unknown")?.value;
  if (unknown && !chosen("force")) found["force-unknown"] = unknown;
  return found;
}

/** @returns {string[]} in the order of the list */
function categories() {
  return all(section("categories"), "input:checked").map((input) => input.getAttribute("value") ?? "");
}

/**
 * A text box's content with half characters replaced, since those cannot be sent.
 * @param {string} id
 */
function wellFormed(id) {
  return new TextDecoder().decode(new TextEncoder().encode(written(id)));
}

/** What the worker is asked to send. */
export function report() {
  const force = chosen("force")?.value ?? "";
  return { force, categories: categories(), answers: answers(), text: wellFormed("account-text") };
}

/** What a further message says. */
export function replyText() {
  return wellFormed("reply-text");
}

/**
 * How many envelopes the form fills (docs/protocol.md, step 5.6), and how much of the first one in per cent.
 * @param {{force?: string, categories?: string[], answers?: Record<string, string>, text: string}} form
 */
export function size({ force = "", categories = [], answers = {}, text }) {
  const body = { v: 1, categories, force, answers, text };
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

/** Write every answer on the page that shows them all. */
export function fillCheckPage() {
  const page = section("check");
  const force = chosen("force") ?? chosen("force-unknown");
  /** @type {Record<string, string>} */
  const shown = { force: label(force), categories: all(section("categories"), "input:checked").map(label).join("\n") };
  for (const name of CHOICES) shown[name] = label(chosen(name));
  for (const id of [...TEXTS, "account-text"]) shown[id] = written(id).trim();
  for (const place of all(page, "[data-answer]")) {
    place.textContent = shown[place.dataset["answer"] ?? ""] || say("nothing");
  }
  one(page, '[data-row="whom"]').hidden = !asksWhom();
  const unit = receiver();
  one(page, "[data-receiver]").textContent = unit?.name ?? "";
  one(page, "[data-receiver-why]").textContent = unit ? whyReceiver() : "";
  one(page, "[data-receiver-reads]").textContent = unit ? say(`reads-${unit.kind}`) : "";
  const found = size(report());
  one(page, "[data-can-send]").hidden = !unit || found.parts > MAX_PARTS;
  one(page, "[data-cannot-send]").hidden = Boolean(unit);
  one(page, "[data-size-check]").textContent = found.parts > 1 ? sizeWords(found) : "";
}

/** None of it stays on that page. */
export function emptyCheckPage() {
  const said = "[data-answer], [data-receiver], [data-receiver-why], [data-receiver-reads]";
  for (const place of all(section("check"), said)) place.textContent = "";
}
