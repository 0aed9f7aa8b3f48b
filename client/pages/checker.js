// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file What in a text may point to whoever wrote it: hints by rules, on this device and without a request. The same as
 * dropbox/hints/marking.py, step by step; a test compares them.
 */

import { fold } from "./find_force.js";
import { RULES } from "./hint_rules.js";
import { PLACES } from "./places.js";

/** From `start` to before `end`, in units of the text. @typedef {{start: number, end: number, kind: string}} Mark */
/** @typedef {{start: number, end: number, text: string}} Token */

const KINDS = ["name", "number", "plate", "phone", "email", "date", "time", "role", "place"];
const TOKEN = /[A-Za-z\u00c0-\u024f]+(?:['\u2019][A-Za-z\u00c0-\u024f]+)*|[0-9]+|[+(]/g;
const ALNUM = /[A-Za-z0-9\u00c0-\u024f]/;
const SHORT = 3;
const MOST_NAMES = 4;
const STARTS = new Set(".!?:;\n\u201c\"\u2022*-\u2013\u2014");
const BEFORE_AT = /[A-Za-z0-9._%+-]{0,64}$/;
const AFTER_AT = /[A-Za-z0-9._-]{1,99}[A-Za-z0-9]/y;
const MONEY = new Set("\u00a3$\u20ac");

/** @param {string} words */
const set = (words) => new Set(words.split(" "));
const titles = set(RULES.titles);
const common = set(RULES.common);
const names = set(RULES.names);
const unsure = set(RULES.unsure);

/** The patterns by the words that they begin with. @type {Map<string, {kind: string, pattern: RegExp}[]>} */
const byFirst = new Map();
for (const [kind, first, pattern, exact] of RULES.rules) {
  const rule = { kind, pattern: new RegExp(pattern, exact ? "y" : "iy") };
  for (const word of first.split(" ")) byFirst.set(word, [...(byFirst.get(word) ?? []), rule]);
}

/** @type {Set<string> | undefined} */
let places;

/** @param {string} text */
function isPlace(text) {
  places ??= new Set(
    PLACES.split("\n").flatMap((line) => (line.split("\t")[3] ?? "").split(/[;|]/)).filter(Boolean).map(fold),
  );
  return places.has(fold(text));
}

/** Without a possessive's s. @param {Token} token */
const word = (token) => token.text.replace(/['\u2019]s$/, "");

/** @param {Token} token */
const key = (token) => token.text.toLowerCase().replace(/['\u2019]/g, "");

/** @param {string} text */
const isDigit = (text) => text[0] !== undefined && "0" <= text[0] && text[0] <= "9";

/** Begins with a capital, and is not all of capitals. @param {Token} token */
function isLarge(token) {
  const first = token.text[0] ?? "";
  return first !== first.toLowerCase() && word(token) !== word(token).toUpperCase();
}

/**
 * E-mail addresses, and names that begin with an at sign.
 * @param {string} text
 */
function addresses(text) {
  /** @type {Mark[]} */
  const marks = [];
  for (let at = text.indexOf("@"); at >= 0; ) {
    AFTER_AT.lastIndex = at + 1;
    const after = AFTER_AT.exec(text)?.[0] ?? "";
    const length = BEFORE_AT.exec(text.slice(Math.max(at - 64, 0), at))?.[0].length ?? 0;
    const end = at + 1 + after.length;
    if (after) marks.push({ start: at - length, end, kind: length && after.includes(".") ? "email" : "name" });
    at = text.indexOf("@", end);
  }
  return marks;
}

/**
 * The longest that a pattern finds from this word on.
 * @param {string} text
 * @param {Token} token
 * @returns {Mark | null}
 */
function ruled(text, token) {
  const before = text[token.start - 1] ?? "";
  if (ALNUM.test(before)) return null;
  const digits = isDigit(token.text);
  if (digits && MONEY.has(before)) return null;
  const rules = [...(byFirst.get(digits ? "digits" : key(token)) ?? [])];
  if (!digits && token.text.length <= SHORT) rules.push(...(byFirst.get("letters") ?? []));
  /** @type {Mark | null} */
  let best = null;
  for (const { kind, pattern } of rules) {
    pattern.lastIndex = token.start;
    if (pattern.test(text) && (best === null || pattern.lastIndex > best.end))
      best = { start: token.start, end: pattern.lastIndex, kind };
  }
  return best;
}

/**
 * Whether nothing but a letter or two of `between` stands between; a full stop after a short form alone.
 * @param {string} text
 * @param {Token | undefined} one
 * @param {Token | undefined} other
 * @param {string} between
 */
function follows(text, one, other, between) {
  if (!one || !other) return false;
  const gap = text.slice(one.end, other.start);
  const fits = gap.length <= 2 && Array.from(gap).every((letter) => between.includes(letter));
  return fits && (!gap.includes(".") || one.text.length <= SHORT + 1);
}

/**
 * The place after the last word of a name that goes on from `at`.
 * @param {string} text
 * @param {Token[]} tokens
 * @param {number} at
 */
function run(text, tokens, at) {
  let end = at + 1;
  for (let next = tokens[end]; next && end < at + MOST_NAMES; next = tokens[end]) {
    if (!isLarge(next) || common.has(word(next)) || !follows(text, tokens[end - 1], next, " -")) break;
    end += 1;
  }
  return end;
}

/**
 * The same for a name or number behind one title or more.
 * @param {string} text
 * @param {Token[]} tokens
 * @param {number} at
 */
function titled(text, tokens, at) {
  let first = at;
  for (let title = tokens[first]; title && first < at + 3 && titles.has(key(title)); title = tokens[first]) first += 1;
  const token = tokens[first];
  if (first === at || !token || !follows(text, tokens[first - 1], token, " -.")) return null;
  const number = isDigit(token.text) && token.text.length > 1;
  return number || (isLarge(token) && !common.has(word(token))) ? run(text, tokens, first) : null;
}

/**
 * The place after the last word of a name that begins at this word; null where none does.
 * @param {string} text
 * @param {Token[]} tokens
 * @param {number} at
 */
function named(text, tokens, at) {
  const token = /** @type {Token} */ (tokens[at]);
  const behind = titled(text, tokens, at);
  if (behind !== null) return behind;
  const low = word(token).toLowerCase();
  const known = names.has(low);
  const sure = known && !unsure.has(low);
  if (!isLarge(token)) return sure && token.text === token.text.toLowerCase() ? at + 1 : null;
  if (common.has(word(token))) return null;
  const end = run(text, tokens, at);
  const before = at ? text.slice(tokens[at - 1]?.end, token.start) : ".";
  const starts = Array.from(before).some((letter) => STARTS.has(letter));
  if (starts && !sure && !(known && end > at + 1)) return null;
  return known || !isPlace(text.slice(token.start, tokens[end - 1]?.end)) ? end : null;
}

/**
 * Every mark, in order, none over another. Takes time by the length of the text.
 * @param {string} text
 * @returns {Mark[]}
 */
export function markText(text) {
  /** @type {Mark[]} */
  const marks = [];
  const waiting = addresses(text).reverse();
  const tokens = Array.from(text.matchAll(TOKEN), (found) => ({
    start: found.index,
    end: found.index + found[0].length,
    text: found[0],
  }));
  let done = 0;
  tokens.forEach((token, at) => {
    for (let next = waiting.at(-1); next && next.start <= token.start; next = waiting.at(-1)) {
      marks.push(next);
      waiting.pop();
      done = Math.max(done, next.end);
    }
    if (token.start < done) return;
    let found = ruled(text, token);
    const end = found || "+(".includes(token.text[0] ?? "") ? null : named(text, tokens, at);
    const last = end === null ? undefined : tokens[end - 1];
    if (last) found = { start: token.start, end: last.start + word(last).length, kind: "name" };
    if (!found) return;
    marks.push(found);
    done = found.end;
  });
  return [...marks, ...waiting.reverse()];
}

/**
 * Each marked text once, with its kind, in the order of the kinds and then of the text.
 * @param {string} text
 * @returns {{kind: string, said: string}[]}
 */
export function hints(text) {
  /** @type {Map<string, {kind: string, said: string}>} */
  const first = new Map();
  for (const { start, end, kind } of markText(text)) {
    const said = text.slice(start, end).split(/\s+/).filter(Boolean).join(" ");
    const known = `${kind} ${said.toLowerCase()}`;
    if (!first.has(known)) first.set(known, { kind, said });
  }
  return [...first.values()].sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
}
