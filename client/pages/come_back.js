// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The day to come back: one draw for whoever reported, answered or only read, and whatever became of it. */

import { all, fill } from "./dom.js";
import { dayWords, say } from "./words.js";

const SOONEST = 2;
const LATEST = 6;

/** Drawn once in a page, so that nobody can go back for a better one; each number of days is as likely as the others. */
let drawn = 0;

function days() {
  drawn ||= SOONEST + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % (LATEST - SOONEST + 1));
  return drawn;
}

/**
 * Write the day on a page; without its date where this device's may be wrong. Where answers are gone within a day the
 * page has no place for it.
 * @param {HTMLElement} page
 * @param {boolean} [clockSuspect]
 */
export function fillComeBack(page, clockSuspect = false) {
  const wait = new Intl.RelativeTimeFormat(document.documentElement.lang).format(days(), "day");
  const day = new Date();
  day.setDate(day.getDate() + days());
  const words = clockSuspect ? wait : say("come-back", { day: dayWords(day), wait });
  for (const place of all(page, "[data-come-back]")) fill(place, words);
}
