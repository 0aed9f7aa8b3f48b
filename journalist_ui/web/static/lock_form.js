// SPDX-License-Identifier: AGPL-3.0-or-later
// The form that locks the desk, in every page of a session.

/** @import { ReplyBox } from "./reply.js" */

/** @returns {HTMLFormElement} */
export function lockForm() {
  return /** @type {HTMLFormElement} */ (document.getElementById("lock"));
}

/** @returns {string} what names the session of this page */
export function sessionOfPage() {
  return /** @type {HTMLInputElement} */ (lockForm().elements.namedItem("csrf")).value;
}

/**
 * @param {string} name
 * @param {string} value
 */
function add(name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  lockForm().append(field);
}

/**
 * The next sign-in leads to the case in which something was begun.
 * @param {ReplyBox | undefined} reply
 */
export function nameCase(reply) {
  const number = /^\/cases\/(\d+)/.exec(location.pathname)?.[1];
  if (number && reply?.isBegun()) {
    add("case", number);
  }
}

/**
 * @param {string} why
 * @param {ReplyBox | undefined} reply
 */
export function sendLock(why, reply) {
  add("why", why);
  nameCase(reply);
  lockForm().requestSubmit();
}
