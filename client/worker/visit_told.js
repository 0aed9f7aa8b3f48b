// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a visit learnt, in the words that the page shows. */

import { byTheList } from "../flows/trust.js";
import { EntryType, UnitKind } from "../protocol/constants.js";
import { successorOf } from "../protocol/directory.js";
import { RoutingChanged } from "../protocol/errors.js";
import { inert } from "../protocol/inert.js";
import { receivingUnit } from "../protocol/routing.js";
import { told, warningTold } from "./sentences.js";

/** @import { FoundConversation } from "../flows/source/reading.js" */
/** @import { Warned } from "../flows/trust.js" */
/** @import { Directory } from "../protocol/directory.js" */
/** @import { Question } from "../protocol/questions.js" */
/** @import { Visited } from "../flows/source/visit.js" */
/** @import { ConversationTold, RefusedTold, VisitTold } from "../worker_messages.js" */

const DAY = 86_400;
const LAST_DAY = Date.UTC(9999, 11, 31);

/**
 * The ISO date on which a period begins; beyond the calendar, the period's number.
 * @param {number} period
 * @param {number} seconds
 */
export function day(period, seconds) {
  const begins = period * seconds * 1000;
  return begins > LAST_DAY ? `period ${period}` : new Date(begins).toISOString().slice(0, 10);
}

/**
 * The name of a number in an enumeration as people see it.
 * @param {Readonly<Record<string, number>>} enumeration
 * @param {number} value
 */
function kind(enumeration, value) {
  const name = Object.keys(enumeration).find((one) => enumeration[one] === value) ?? "";
  return name.toLowerCase().replaceAll("_", "-");
}

/**
 * @param {Question} question
 * @returns {Question}
 */
function questionTold({ id, ask, kind: asked, options }) {
  return { id, ask: inert(ask), kind: asked, options: options.map((one) => ({ ...one, label: inert(one.label) })) };
}

/**
 * @param {FoundConversation} found
 * @param {Directory} directory
 * @returns {ConversationTold}
 */
function conversationTold({ unit: { unit, newest }, collected, more, texts, failed }, directory) {
  const { policy, units } = directory;
  const { period, linger } = policy;
  const messages = texts.map(({ number, type, text, questions, offer, ...rest }) => {
    const told = { number, kind: kind(EntryType, type), text: inert(text), day: day(newest, period) };
    const other = units.find(({ slug }) => slug === offer?.unit);
    const who = { name: other?.name ?? "", kind: other ? kind(UnitKind, other.kind) : "" };
    return { ...rest, ...told, questions: questions.map(questionTold), offer: offer && { ...offer, ...who } };
  });
  const again = Math.floor((linger * period) / DAY);
  const said = collected ? unit.firstWords.map(({ language, text }) => ({ language, text: inert(text) })) : [];
  const promised = collected ? unit.promisedDays : 0;
  const told = { slug: unit.slug, name: unit.name, collected, promised, firstWords: said };
  const next = successorOf(directory, unit);
  const successor = next ? { slug: next.slug, name: next.name, kind: kind(UnitKind, next.kind) } : null;
  return { ...told, again, more, unread: failed, messages, successor };
}

/** How the receiving unit was found. @typedef {{slug: string, force: string, independent: boolean}} Route */

/**
 * The unit that was written to; when the message was refused because another one would receive it, that one.
 * @param {Visited} visited
 * @param {Route} route
 */
function unitTold({ judged, slug, refused }, { force, independent }) {
  const { directory } = judged.directory;
  if (refused instanceof RoutingChanged) return receivingUnit(directory, force, independent);
  return directory.units.find((unit) => unit.slug === slug);
}

/**
 * Whether the signed list says of a unit that nothing goes to it any more. A slug that it never held says nothing: the
 * page that named it is not signed.
 * @param {Visited} visited
 * @param {string} slug
 */
function isClosed({ judged }, slug) {
  const { units, retired } = judged.directory.directory;
  if (retired.some(({ unit }) => unit.slug === slug)) return true;
  return units.some((unit) => unit.slug === slug && (unit.paused || judged.now > unit.notAfter));
}

/**
 * @param {Visited} visited
 * @param {Route} route
 * @returns {RefusedTold | null}
 */
function refusedTold(visited, { slug }) {
  const { refused } = visited;
  if (!refused) return null;
  const byList = refused instanceof RoutingChanged ? isClosed(visited, slug) : byTheList(refused);
  return { ...told(refused), byList };
}

/**
 * @param {Visited} visited
 * @param {Warned[]} warnings
 * @param {Route} [route]
 * @returns {VisitTold}
 */
export function visitTold(visited, warnings, route = { slug: "", force: "", independent: false }) {
  const { judged, conversations, receipt } = visited;
  const { directory } = judged.directory;
  const { policy } = directory;
  const unit = unitTold(visited, route);
  return {
    stored: receipt !== undefined,
    slug: unit?.slug ?? "",
    name: unit?.name ?? "",
    kind: unit ? kind(UnitKind, unit.kind) : "",
    refused: refusedTold(visited, route),
    warnings: warnings.map(warningTold),
    clockSuspect: judged.clockSuspect,
    period: policy.period,
    conversations: conversations.map((found) => conversationTold(found, directory)),
    units: directory.units.map((one) => ({
      ...{ slug: one.slug, name: one.name, kind: kind(UnitKind, one.kind) },
      ...{ takesFiles: !one.takesNoFiles && policy.blobsPerPeriod > 0, contact: one.contactPk.length > 0 },
    })),
  };
}
