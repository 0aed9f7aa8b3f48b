// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Which force somebody means: by its name, initials, a place, an airport or a railway, forgiving one slip of the
 * typing. The same as dropbox/forces/finding.py, step by step; a test compares them on every name.
 */

/**
 * A force, and the place by which it was found: both empty when that was its own name. `shared`: the place has several
 * forces. A place of none has an empty `slug`. `near`: it is only much like what was typed.
 * @typedef {{slug: string, place: string, area: string, shared: boolean, near: boolean}} Found
 */
/** A key by which something is looked for. `whole`: only when it was typed whole.
 * @typedef {{key: string, found: Found[], size: number, whole: boolean}} Name
 */
/** @typedef {{slug: string, names: string[]}} Force */

const LONGEST = 80;
const LEAST_SLIP = 4;
const LEAST_INITIALS = 3;
// How well a name fits, the best first.
const EXACT = 0;
const BEGINS = 1;
const HOLDS = 2;
const SMALL = new Set(["and", "of"]);
const RAILWAYS = new Set(["dlr", "rail", "railway", "railways", "train", "trains", "tube", "underground"]);
const LOOSE = new Set(
  ("airport area at centre city constabulary council county force in near of police station the town").split(" "),
);
const RAILWAY_POLICE = "british-transport-police";
const NO_RAILWAY_POLICE = "northern-ireland";

/**
 * Words of a to z and digits, apart by one space; accents, apostrophes and case are gone, "saint" is "st".
 * @param {string} text
 */
export function fold(text) {
  const apart = Array.from(text).slice(0, LONGEST).join("").replace(/&/g, " and ").normalize("NFKD");
  const words = apart.replace(/[\p{M}'\u2019\u02bc]/gu, "").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.map((word) => (word === "saint" ? "st" : word)).join(" ");
}

/**
 * Whether one letter more, less or changed, or two neighbours exchanged, makes one of the other; or they are the same.
 * @param {string} one
 * @param {string} other
 */
function differByOne(one, other) {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const left = one.slice(start, one.length - end);
  const right = other.slice(start, other.length - end);
  const swapped = left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
  return Math.max(left.length, right.length) <= 1 || swapped;
}

/**
 * How well a key fits without a slip.
 * @param {string} typed
 * @param {string} key
 */
function fit(typed, key) {
  if (key.startsWith(typed)) return typed === key ? EXACT : BEGINS;
  if (typed[0] === key[0] && typed.replaceAll(" ", "") === key.replaceAll(" ", "")) return EXACT;
  const spaced = ` ${key}`;
  return typed.split(" ").every((part) => spaced.includes(` ${part}`)) ? HOLDS : null;
}

/**
 * The same with one slip: in the name, in its beginning, or in each word of one of its words.
 * @param {string} typed
 * @param {string} key
 */
function slip(typed, key) {
  if (typed.length < LEAST_SLIP) return null;
  if (differByOne(typed, key)) return EXACT;
  for (let length = typed.length - 1; length < typed.length + 2; length += 1)
    if (differByOne(typed, key.slice(0, length))) return BEGINS;
  const words = key.split(" ");
  /** @param {string} part @param {string} word */
  const alike = (part, word) => word.startsWith(part) || (part.length >= LEAST_SLIP && differByOne(part, word));
  return typed.split(" ").every((part) => words.some((word) => alike(part, word))) ? HOLDS : null;
}

/**
 * @param {string} packed what packed_places() of dropbox/forces/places.py wrote
 * @returns {{name: string, forces: string[], area: string, size: number, shared: boolean}[]}
 */
function unpack(packed) {
  return packed.split("\n").flatMap((line) => {
    const [slugs = "", area = "", shared = "", sizes = ""] = line.split("\t");
    const forces = slugs.split(",").filter(Boolean);
    return sizes.split(";").flatMap((names, size) =>
      names.split("|").filter(Boolean).map((name) => ({ name, forces, area, size, shared: shared !== "" })),
    );
  });
}

/**
 * Every key by which a force can be found.
 * @param {Force[]} forces
 * @param {string} packed
 * @returns {Name[]}
 */
export function namesOf(forces, packed) {
  /** @type {Name[]} */
  const names = [];
  const known = new Set(forces.map((force) => force.slug));
  for (const force of forces) {
    const found = [{ slug: force.slug, place: "", area: "", shared: false, near: false }];
    for (const name of force.names) {
      const key = fold(name);
      names.push({ key, found, size: 0, whole: false });
      const initials = key.split(" ").filter((word) => !SMALL.has(word)).map((word) => word[0]).join("");
      if (initials.length >= LEAST_INITIALS) names.push({ key: initials, found, size: 1, whole: true });
    }
  }
  for (const place of unpack(packed)) {
    const { name, area, shared, size } = place;
    const found = place.forces.filter((slug) => known.has(slug)).map((slug) => ({ slug, place: name, area, shared, near: false }));
    const none = { slug: "", place: name, area: "", shared: false, near: false };
    if (found.length || !place.forces.length)
      names.push({ key: fold(name), found: found.length ? found : [none], size, whole: false });
  }
  return names;
}

/** @param {string} one @param {string} other */
const order = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/**
 * Of what fits as well, the larger place first, then by the alphabet.
 * @param {[number, Name][]} fits
 */
function sorted(fits) {
  fits.sort(
    ([one, left], [other, right]) =>
      one - other || left.size - right.size || order(left.key, right.key) ||
      order(left.found[0]?.area ?? "", right.found[0]?.area ?? ""),
  );
  return fits.flatMap(([, name]) => name.found);
}

/**
 * What fits the words as they stand; else with a slip; nothing for no words.
 * @param {string[]} words
 * @param {Name[]} names
 */
function fitting(words, names) {
  const typed = words.join(" ");
  if (!typed) return [];
  /** @type {[number, Name][]} */
  const fits = [];
  for (const name of names) {
    const how = fit(typed, name.key);
    if (how !== null && (how === EXACT || !name.whole)) fits.push([how, name]);
  }
  if (fits.length) return sorted(fits);
  for (const name of names) {
    const how = name.whole ? null : slip(typed, name.key);
    if (how !== null) fits.push([how, name]);
  }
  return sorted(fits).map((found) => ({ ...found, near: true }));
}

/**
 * The same; else without the words that may be left out; else what a single one of the words names.
 * @param {string[]} words
 * @param {Name[]} names
 */
function fittingSomehow(words, names) {
  const found = fitting(words, names);
  if (found.length) return found;
  const kept = words.filter((word) => !LOOSE.has(word));
  const loosely = fitting(kept, names);
  if (loosely.length) return loosely;
  return sorted(
    names.filter((name) => name.key.length >= LEAST_SLIP && kept.includes(name.key)).map((name) => [EXACT, name]),
  );
}

/**
 * Each force that fits once, the likeliest first; empty when nothing was typed or nothing fits.
 * @param {string} typed
 * @param {Name[]} names
 * @returns {Found[]}
 */
export function findAmong(typed, names) {
  const words = fold(typed).split(" ").filter(Boolean);
  if (!words.length) return [];
  const railway =
    words.some((word) => RAILWAYS.has(word)) || (words.includes("station") && !words.includes("police"));
  const own = names.flatMap((name) => name.found).find((one) => one.slug === RAILWAY_POLICE && !one.place);
  if (!railway || !own) return eachOnce(fittingSomehow(words, names));
  let found = fitting(words, names).filter((one) => !one.near);
  if (!found.length) found = fittingSomehow(words.filter((word) => !RAILWAYS.has(word)), names);
  return eachOnce(found[0]?.slug === NO_RAILWAY_POLICE ? found : [own, ...found]);
}

/**
 * The first of each force.
 * @param {Found[]} found
 */
function eachOnce(found) {
  /** @type {Map<string, Found>} */
  const first = new Map();
  for (const one of found) if (!first.has(one.slug)) first.set(one.slug, one);
  return [...first.values()];
}
