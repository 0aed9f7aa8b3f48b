// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file One answer of a unit, as it is shown: its words stand as they are and do nothing. */

import { fill, fillWith, fresh, one } from "./dom.js";
import { dayWords, say } from "./words.js";

/** @import { ConversationTold, MessageTold } from "../worker_messages.js" */

/** An address, a number to call or a call to meet: what an answer can lead somebody out of hiding with. */
const FLAGGED = /:\/\/|www\.|\S@\S|\.(com|org|net|uk|onion)\b|\d[\d ()+-]{5,40}\d|\b(meet|call|phone|ring)\b/i;

/** Nobody is to be kept from that. */
const EMERGENCY = /\b(call|phone|ring) (999|112|101)\b(?![ ()+-]*\d)/gi;

/** @param {string} text */
export function isFlagged(text) {
  return FLAGGED.test(text.replace(EMERGENCY, ""));
}

/**
 * All that the unit wrote in a question.
 * @param {{ask: string, options: {label: string}[]}} question
 */
export function allOf({ ask, options }) {
  return [ask, ...options.map(({ label }) => label)].join("\n");
}

/** @param {string} text */
export function paragraph(text) {
  const made = document.createElement("p");
  fill(made, text);
  return made;
}

/**
 * What this page says of it, in its own words: what an outcome means, that contact details were opened, or that nothing
 * can be read.
 * @param {MessageTold} told
 */
function ownWords({ kind, kinds, number, offer, questions, readable, text }) {
  if (!readable) return [say("unreadable", { number })];
  if (kind === "contact-opened") return [say("contact-opened")];
  if (offer) return [say("offered"), ...(offer.name ? [say("offered-to", offer), say(`reads-${offer.kind}`)] : [say("offered-gone")])];
  if (questions.length) return [say(questions.length > 1 ? "asks-some" : "asks-one", { n: questions.length })];
  const means = kinds.map((kind) => say(`outcome-${kind}`));
  return means.length && text ? [...means, say("outcome-says")] : means;
}

/**
 * What the unit wrote in it.
 * @param {MessageTold} told
 */
function theirWords({ questions, text }) {
  return questions.length ? questions.map(({ ask }, at) => `${at + 1}. ${ask}`).join("\n") : text;
}

/**
 * @param {MessageTold} told
 * @param {string} slug of the unit
 */
export function message(told, slug) {
  const shown = fresh("message");
  const named = ["outcome", "closed", "questions", "contact-opened", "referral-offer"];
  const name = named.includes(told.kind) ? `message-${told.kind}` : "message";
  for (const box of shown) {
    fill(one(box, "h3"), say(name, { number: told.number, day: dayWords(told.day) }));
    fillWith(one(box, "[data-told]"), ownWords(told).map(paragraph));
    const [words, written] = [one(box, "pre"), theirWords(told)];
    fill(words, written);
    words.hidden = !written;
    if (isFlagged([written, ...told.questions.map(allOf)].join("\n"))) fill(one(box, ".own-flag"), say("flagged"));
    ask(one(box, "button"), told, slug);
  }
  return shown;
}

/**
 * What can be done with it.
 * @param {HTMLElement} button
 * @param {MessageTold} told
 * @param {string} slug of the unit
 */
function ask(button, { number, offer, questions }, slug) {
  if (questions.length) {
    Object.assign(button.dataset, { slug, number: String(number) });
  } else if (offer?.name) {
    Object.assign(button.dataset, { do: "accept", slug: offer.unit, reference: offer.reference });
    fill(button, say("accept", { name: offer.name }));
  } else {
    button.remove();
  }
}

/**
 * What the unit says to whose report it has, in the page's language, else in English, else in its first.
 * @param {ConversationTold} found
 */
export function firstWords({ promised, firstWords: said }) {
  const wanted = [document.documentElement.lang, "en"];
  const words = wanted.map((language) => said.find((one) => one.language === language)).find(Boolean) ?? said[0];
  const shown = words ? fresh("first-words") : [];
  for (const box of shown) {
    fill(one(box, "pre"), words?.text ?? "");
    if (isFlagged(words?.text ?? "")) fill(one(box, ".own-flag"), say("flagged"));
  }
  const days = promised ? [paragraph(say(promised === 1 ? "promised-one" : "promised-some", { n: promised }))] : [];
  return [...days, ...shown];
}
