// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The list of forces holds what fits, the likeliest first, as one types a name, a place, an airport or initials. */

/** @import { Found, Name } from "./find_force.js" */

import { all, byId, fill, fresh, one, section } from "./dom.js";
import { findAmong, namesOf } from "./find_force.js";
import { PLACES } from "./places.js";
import { say } from "./words.js";

/** Forces that are shown of those that fit. */
const MOST = 10;

const list = one(section("force"), '[data-field="force"] .govuk-radios');
/** Each force in the order of the list, and room for the place by which it was found. */
const items = all(list, ".govuk-radios__item").map((item) => {
  item.append(...fresh("found-by"));
  const input = one(item, "input");
  const note = one(item, "[data-found-by]");
  note.id = `${input.id}-place`;
  input.setAttribute("aria-describedby", note.id);
  return { item, input, note };
});
/** @type {Name[]} */
let names = [];
let whole = false;

/** @param {Found} found */
function servesWhat({ place, area, shared, near }) {
  const where = area && area !== place ? `${place}, ${area}` : place;
  if (!place) return near ? say("found-near") : "";
  return say(shared ? "found-shared" : near ? "found-place-near" : "found-place", { place: where });
}

/**
 * What is said above the list.
 * @param {string} typed
 * @param {Found[]} found
 */
function said(typed, found) {
  if (!typed) return whole ? say("found-all", { n: items.length }) : "";
  const nowhere = found.find(({ slug }) => !slug);
  if (nowhere) return say("found-nowhere", { place: nowhere.place });
  const name = found.length === 0 ? "found-none" : found.length === 1 ? "found-one" : "found-some";
  return say(found.length > MOST ? "found-first" : name, { n: found.length, most: MOST });
}

/** What is typed for, looked up. Places are laid out for it with the first letter: it takes a slow device a moment. */
function look() {
  const typed = byId("find", HTMLInputElement).value.trim();
  if (!typed) return { typed, found: [] };
  if (!names.length) {
    const forces = items.map(({ input }) => ({ slug: slug(input), names: (input.dataset["find"] ?? "").split("|") }));
    names = namesOf(forces, PLACES);
  }
  return { typed, found: findAmong(typed, names) };
}

/** Show what fits, and say how many. The list is laid anew, so nothing in it keeps the focus. */
function lay() {
  const { typed, found } = look();
  const ranks = new Map(found.slice(0, MOST).map((one, rank) => [one.slug, rank]));
  /** @param {typeof items[number]} one */
  const rank = ({ input }) => ranks.get(slug(input)) ?? MOST;
  for (const one of items) {
    const place = found[rank(one)];
    const fits = typed ? rank(one) < MOST : whole;
    // What is chosen stays in sight.
    one.item.hidden = !fits && !one.input.matches(":checked");
    fill(one.note, fits && place ? servesWhat(place) : "", "page");
    one.note.hidden = !one.note.textContent;
  }
  list.replaceChildren(...[...items].sort((one, other) => rank(one) - rank(other)).map(({ item }) => item));
  byId("show-all", HTMLElement).hidden = whole || typed !== "";
  fill(byId("found", HTMLElement), said(typed, found), "page");
}

/** Show what fits, of a list that nobody opened. */
export function showFitting() {
  whole = false;
  lay();
}

/** @param {HTMLElement} input */
function slug(input) {
  return input.getAttribute("value") ?? "";
}

/** Wire the page. */
export function startForceList() {
  const page = section("force");
  byId("find", HTMLInputElement).addEventListener("input", lay);
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== byId("find", HTMLInputElement)) return;
    // Enter in the search leads into the list and does not send the form.
    event.preventDefault();
    all(page, ".govuk-radios__item:not([hidden]) input")[0]?.focus();
  });
  byId("show-all", HTMLElement).addEventListener("click", () => {
    whole = true;
    lay();
    items[0]?.input.focus();
  });
  page.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "radio") return;
    const other = input.name === "force" ? "force-unknown" : "force";
    for (const one of all(page, `input[name="${other}"]`)) if (one instanceof HTMLInputElement) one.checked = false;
  });
  showFitting();
}
