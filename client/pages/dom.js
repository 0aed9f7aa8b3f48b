// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Finding things in the document. Text goes in as text only: nothing here or elsewhere parses markup. */


/**
 * The element with this id. The document is ours: one that is missing is a fault.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${id}`);
  return found;
}

/**
 * The first match inside.
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function one(within, selector) {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no ${selector}`);
  return found;
}

/**
 * Every match inside.
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function all(within, selector) {
  return Array.from(within.querySelectorAll(selector)).filter((found) => found instanceof HTMLElement);
}

/**
 * The section of a page.
 * @param {string} name
 */
export function section(name) {
  return byId(`page-${name}`, HTMLElement);
}

/**
 * A copy of what a template holds.
 * @param {string} id
 * @returns {HTMLElement[]}
 */
export function fresh(id) {
  const copy = document.importNode(byId(id, HTMLTemplateElement).content, true);
  return Array.from(copy.children).filter((child) => child instanceof HTMLElement);
}

/** What stood in a place before it was filled. @type {WeakMap<HTMLElement, string>} */
const before = new WeakMap();

/**
 * Whose a filled place is: of what visits brought, of the report that is being written, or of the page itself.
 * @typedef {"visit" | "report" | "page"} Whose
 */

/**
 * Write text into a place. It is marked, so that `emptyFilled` finds it wherever it is.
 * @param {HTMLElement} place
 * @param {string | null} text
 * @param {Whose} [whose]
 */
export function fill(place, text, whose = "visit") {
  mark(place, whose);
  place.textContent = text;
}

/**
 * The same with elements that were made for it, in place of what stands there.
 * @param {HTMLElement} place
 * @param {HTMLElement[]} made
 * @param {Whose} [whose]
 */
export function fillWith(place, made, whose = "visit") {
  mark(place, whose);
  place.replaceChildren(...made);
}

/**
 * @param {HTMLElement} place
 * @param {Whose} whose
 */
function mark(place, whose) {
  if (place.dataset["filled"] === undefined) before.set(place, place.childElementCount ? "" : (place.textContent ?? ""));
  place.dataset["filled"] = whose;
}

/**
 * Every place that was filled so holds again what the document came with.
 * @param {Whose} whose
 * @param {ParentNode} [within]
 */
export function emptyFilled(whose, within = document) {
  for (const place of all(within, `[data-filled="${whose}"]`)) {
    place.textContent = before.get(place) ?? "";
    delete place.dataset["filled"];
  }
}

/**
 * The input of a group that is chosen.
 * @param {string} name
 * @returns {HTMLInputElement | null}
 */
export function chosen(name) {
  const found = document.querySelector(`input[name="${name}"]:checked`);
  return found instanceof HTMLInputElement ? found : null;
}

/**
 * What stands in a text box.
 * @param {string} id
 */
export function written(id) {
  return byId(id, HTMLTextAreaElement).value;
}
