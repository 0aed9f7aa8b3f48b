// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The sentences that the script says. They stand in the document, in its language. */

import { all, byId } from "./dom.js";

/** @type {Map<string, string> | undefined} */
let known;

/**
 * @param {string} name
 * @param {Record<string, string | number>} [values] what stands in braces
 */
export function say(name, values = {}) {
  known ??= new Map(
    all(byId("words", HTMLTemplateElement).content, "[data-word]").map((word) => [
      word.dataset["word"] ?? "",
      word.textContent ?? "",
    ]),
  );
  return (known.get(name) ?? "").replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/**
 * Whether there is a sentence of that name.
 * @param {string} name
 */
export function has(name) {
  return say(name) !== "";
}

/**
 * A day in words; one that is no date stays as it is.
 * @param {Date | string} day a date, or an ISO day
 */
export function dayWords(day) {
  const date = typeof day === "string" ? new Date(`${day}T12:00:00`) : day;
  if (Number.isNaN(date.getTime())) return String(day);
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  return new Intl.DateTimeFormat(language, { dateStyle: "full" }).format(date);
}
