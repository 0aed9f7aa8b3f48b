// SPDX-License-Identifier: AGPL-3.0-or-later
// A page that is left alone shows nothing: it warns, keeps what was begun, blanks itself and goes to the sign-in page.

/** @import { Reply } from "./reply.js" */

/**
 * @typedef {object} Idle
 * @property {() => void} lock
 */

const TICK = 500;
const LOCKED = "locked";

/** Nothing of the case stays in the page. */
function blank() {
  document.title = "Locked";
  document.body.replaceChildren();
}

/**
 * @param {number} seconds without a request after which the desk locks the session
 * @param {Reply | undefined} reply
 * @returns {Idle}
 */
export function watchIdle(seconds, reply) {
  const begun = Date.now();
  const warnAt = begun + Math.max(seconds - 60, seconds / 2) * 1000;
  // What is to be kept must reach the desk while the session lasts.
  const keepAt = begun + (seconds - Math.min(20, seconds / 4)) * 1000;
  const endAt = begun + seconds * 1000;
  const others = new BroadcastChannel("desk");
  let over = false;

  /** @param {string} why */
  const leave = (why) => {
    over = true;
    blank();
    location.replace(`/sign-in?why=${why}`);
  };

  const lock = () => {
    if (over) {
      return;
    }
    over = true;
    others.postMessage(LOCKED);
    if (reply && !reply.isKept()) {
      reply.submit("lock");
    } else {
      /** @type {HTMLFormElement} */ (document.getElementById("lock")).requestSubmit();
    }
    document.body.hidden = true;
  };

  const stay = () => {
    if (reply && !reply.isKept()) {
      reply.submit("draft");
    } else {
      location.reload();
    }
  };

  const warn = () => {
    const warning = document.getElementById("idle-warning");
    if (!warning?.hidden) {
      return;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Stay signed in";
    button.addEventListener("click", stay);
    warning.textContent = "The desk locks in less than a minute. What you have begun to write is kept.";
    warning.append(button);
    warning.hidden = false;
  };

  const check = () => {
    const now = Date.now();
    if (over) {
      return;
    }
    if (now >= endAt) {
      leave("idle");
    } else if (now >= keepAt && reply && !reply.isKept()) {
      over = true;
      // Whoever is typing goes on typing; whoever has left finds the draft after signing in.
      reply.submit(reply.isFresh(seconds * 100) ? "draft" : "lock");
    } else if (now >= warnAt) {
      warn();
    }
  };

  setInterval(check, TICK);
  // Timers stand still while a machine sleeps; the clock does not.
  document.addEventListener("visibilitychange", check);
  others.addEventListener("message", (event) => {
    if (event.data === LOCKED && !over) {
      leave(LOCKED);
    }
  });
  // A page that the browser keeps for Back is kept blank, and is asked for again.
  window.addEventListener("pagehide", () => {
    document.body.hidden = true;
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      blank();
      location.reload();
    }
  });
  document.getElementById("lock")?.addEventListener("submit", () => others.postMessage(LOCKED));
  return { lock };
}
