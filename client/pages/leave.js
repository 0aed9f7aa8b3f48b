// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file Leaving at once, covering the page when it is out of sight, and leaving nothing behind. */

import { all, byId, fill, one } from "./dom.js";
import { say } from "./words.js";

const PRESSES = 3;
const WITHIN = 5_000;
/** Milliseconds for which the key of a bare press is held at most. */
const LONGEST_PRESS = 1_000;
/** Milliseconds without a touch after which the page is covered. */
const IDLE = 600_000;
/** The title of a page that must not be known by it. */
const HIDDEN = "…";

/**
 * Hear of each bare press of Shift: the key alone, pressed and let go within a moment, while nothing else is held and the
 * wheel stands still. Shift with the wheel scrolls sideways, with a click selects, with a key writes a capital, and held
 * for long it asks the system for help with typing.
 * @param {() => void} pressed
 * @param {() => void} other told of everything that is no bare press
 */
function hearShift(pressed, other) {
  /** @type {string} the key's place on the keyboard while a press may still be a bare one */
  let held = "";
  let since = 0;
  const spoilt = () => {
    held = "";
    other();
  };
  document.addEventListener("keydown", (event) => {
    const alone = !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
    if (event.key === "Shift" && event.repeat) held = "";
    else if (event.key === "Shift" && alone && held === "") [held, since] = [event.code, event.timeStamp];
    else spoilt();
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    const bare = held !== "" && event.code === held && event.timeStamp - since <= LONGEST_PRESS;
    held = "";
    if (bare) pressed();
    else other();
  });
  document.addEventListener("pointerdown", spoilt);
  // A page that still rolls when the presses begin must not forget those before.
  document.addEventListener("wheel", () => held !== "" && spoilt(), { passive: true });
  addEventListener("blur", spoilt);
}

/**
 * Say how many more presses leave, and show the presses as dots.
 * @param {number} presses
 */
function showPresses(presses) {
  const dots = byId("exit-dots", HTMLElement);
  if (presses) dots.dataset["presses"] = String(presses);
  else delete dots.dataset["presses"];
  fill(byId("exit-count", HTMLElement), presses ? say(`exit-${PRESSES - presses}`) : "", "page");
}

/**
 * *Exit this page*: by one of its links, or Shift three times with nothing between. The page is blank before anything
 * loads, and goes straight to the neutral site: a service that is down or slow must not show its address in an error.
 * @param {() => void} wipe
 */
export function startExit(wipe) {
  const exit = byId("exit", HTMLElement);
  const links = [one(exit, "a"), ...all(document, "[data-exit]")];
  const address = exit.dataset["neutral"] ?? "/";
  const leave = () => {
    wipe();
    document.body.replaceChildren();
    document.title = HIDDEN;
    location.replace(address);
  };
  let presses = 0;
  let timer = 0;
  const reset = () => {
    showPresses((presses = 0));
  };
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
    link.addEventListener("keydown", (event) => {
      // It is announced as a button, so that it must work like one.
      if (event.key === " ") leave();
    });
  }
  hearShift(() => {
    clearTimeout(timer);
    presses += 1;
    if (presses >= PRESSES) {
      leave();
      return;
    }
    showPresses(presses);
    timer = setTimeout(reset, WITHIN);
  }, reset);
}

/**
 * Call back once nobody has touched the page for so long, and again after the next touch and as long.
 * @param {() => void} idle
 */
function hearIdle(idle) {
  let timer = 0;
  const touched = () => {
    clearTimeout(timer);
    timer = setTimeout(idle, IDLE);
  };
  for (const event of ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "input", "touchmove"]) {
    addEventListener(event, touched, { passive: true, capture: true });
  }
  touched();
}

/**
 * Out of sight, and left alone for ten minutes, the page is covered, so that a list of open apps, a suspended phone or
 * an empty chair shows nothing of it.
 * @param {() => boolean} needed whether there is anything to cover
 */
export function startCover(needed) {
  const cover = byId("cover", HTMLElement);
  const button = byId("uncover", HTMLButtonElement);
  const { title } = document;
  let height = 0;
  /** @type {Element | null} */
  let focused = null;
  const lay = () => {
    if (!cover.hidden || !needed()) return;
    height = scrollY;
    focused = document.activeElement;
    cover.hidden = false;
    document.body.classList.add("covered");
    document.title = HIDDEN;
    button.focus();
  };
  hearIdle(lay);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") lay();
  });
  button.addEventListener("click", () => {
    cover.hidden = true;
    document.body.classList.remove("covered");
    document.title = title;
    scrollTo(0, height);
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    focused = null;
  });
}

const TYPED_IN = "textarea, input:not([type=radio], [type=checkbox])";

/**
 * Empty every field, also what the browser would put back. Where one types there is a new element afterwards, since the
 * undo history of the old one outlives its content.
 * @param {ParentNode} within
 */
export function emptyFields(within) {
  for (const form of all(within, "form")) if (form instanceof HTMLFormElement) form.reset();
  for (const field of all(within, TYPED_IN)) field.replaceWith(field.cloneNode());
}

/** Whether anything is typed or chosen. */
export function isAnythingWritten() {
  const typed = all(document, TYPED_IN).some((field) => "value" in field && field.value !== "");
  return typed || document.querySelector("input:checked") !== null;
}

/**
 * Nothing of the page outlives it: it is emptied when it goes, and a copy that the browser kept begins anew. Before the
 * tab closes on something typed, the browser asks.
 * @param {() => void} wipe
 * @param {() => boolean} unsaved
 */
export function startForgetting(wipe, unsaved) {
  addEventListener("pagehide", wipe);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });
}
