// SPDX-License-Identifier: AGPL-3.0-or-later
// The keyboard: Escape twice locks; letters walk through the inbox, unless they are turned off or a box is being written in.

/** @import { Idle } from "./idle.js" */
/** @import { ReplyBox } from "./reply.js" */

const TWICE = 1000;

/**
 * @param {EventTarget | null} target
 * @returns {boolean}
 */
function writes(target) {
  return target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
}

/** @param {number} step */
function walk(step) {
  const rows = [...document.querySelectorAll("a[data-row]")];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
  const row = rows[next];
  if (row instanceof HTMLElement) {
    row.focus();
  }
}

/** @param {ReplyBox | undefined} reply */
function toReply(reply) {
  const row = document.activeElement;
  if (row instanceof HTMLAnchorElement && "row" in row.dataset) {
    location.href = `${row.pathname}#text`;
  } else {
    reply?.focus();
  }
}

/** @returns {HTMLInputElement | null} the box beside the row that has the focus */
function box() {
  const row = document.activeElement?.closest("li");
  return row?.querySelector("input[type='checkbox']") ?? null;
}

/** Close the case that is open, or in a list those that are ticked, or the one that has the focus. */
function put() {
  const list = document.querySelector("#bulk");
  const button = (list ?? document).querySelector("form[action='/shelve'] button[value='closed'], #bulk button[value='closed']");
  if (!(button instanceof HTMLButtonElement)) {
    return;
  }
  const here = box();
  if (list && here && !document.querySelector("input[form='bulk']:checked")) {
    here.checked = true;
  }
  button.click();
}

/** Look for words: in the inbox, which has the box for it. */
function find() {
  const words = document.querySelector("#words");
  if (words instanceof HTMLElement) {
    words.focus();
  } else {
    location.href = "/#words";
  }
}

/**
 * @param {Idle} idle
 * @param {ReplyBox | undefined} reply
 * @param {boolean} letters whether keys of one letter act
 */
export function watchKeys(idle, reply, letters) {
  let escaped = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.repeat) {
      if (event.timeStamp - escaped < TWICE) {
        idle.lock();
      }
      escaped = event.timeStamp;
      return;
    }
    if (!letters || event.ctrlKey || event.altKey || event.metaKey || event.repeat || writes(event.target)) {
      return;
    }
    const act = {
      j: () => walk(1),
      k: () => walk(-1),
      r: () => toReply(reply),
      x: () => box()?.click(),
      e: put,
      "/": find,
      "?": () => location.assign("/help"),
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
}
