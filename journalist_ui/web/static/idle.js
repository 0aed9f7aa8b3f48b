// SPDX-License-Identifier: AGPL-3.0-or-later
// A page that is left alone shows nothing: it warns, keeps what was begun, and locks the desk. Tabs share one clock. The
// warning comes before a hidden tab with something begun may lock.

/** @import { Reply } from "./reply.js" */

/**
 * @typedef {object} Idle
 * @property {() => void} lock
 */

/**
 * @typedef {object} Told
 * @property {"loaded" | "typed" | "locked"} what
 * @property {string} session of the tab that tells
 */

const TICK = 500;

/** @returns {HTMLFormElement} */
function lockForm() {
  return /** @type {HTMLFormElement} */ (document.getElementById("lock"));
}

/**
 * @param {string} name
 * @param {string} value
 */
function addToLock(name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  lockForm().append(field);
}

/**
 * The next sign-in leads to the case in which something was begun.
 * @param {Reply | undefined} reply
 */
function nameCase(reply) {
  const number = /^\/cases\/(\d+)/.exec(location.pathname)?.[1];
  if (number && reply?.isBegun()) {
    addToLock("case", number);
  }
}

/**
 * @param {string} why
 * @param {Reply | undefined} reply
 */
function sendLock(why, reply) {
  addToLock("why", why);
  nameCase(reply);
  lockForm().requestSubmit();
}

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
  const session = /** @type {HTMLInputElement} */ (lockForm().elements.namedItem("csrf")).value;
  const others = new BroadcastChannel("desk");
  let begun = Date.now();
  let typed = 0;
  let over = false;

  /** @param {Told["what"]} what */
  const tell = (what) => others.postMessage({ what, session });

  /** @param {string} why */
  const lock = (why = "") => {
    if (over) {
      return;
    }
    over = true;
    tell("locked");
    if (reply && !reply.isKept()) {
      reply.submit("lock");
    } else {
      sendLock(why, reply);
    }
    document.body.hidden = true;
  };

  let keeping = false;
  /** @param {Reply} reply keeps its text and goes on; what only a button can keep is sent as if one were pressed, and a desk
   * that does not answer is asked again */
  const keep = async (reply) => {
    if (keeping) {
      return;
    }
    keeping = true;
    const done = await reply.keep();
    keeping = false;
    if (over) {
      return;
    }
    if (done) {
      restart();
      tell("loaded");
    } else if (reply.isStopped()) {
      over = true;
      reply.submit("draft");
    }
  };

  const stay = () => (reply && !reply.isKept() ? keep(reply) : location.reload());

  const warning = document.getElementById("idle-warning");
  const warn = () => {
    if (!warning?.hidden) {
      return;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Stay signed in";
    button.addEventListener("click", stay);
    warning.textContent = "The desk locks in less than two minutes. What you have begun to write is kept.";
    warning.append(button);
    warning.hidden = false;
  };

  const restart = () => {
    begun = Date.now();
    if (warning) {
      warning.hidden = true;
    }
  };

  const check = () => {
    if (over) {
      return;
    }
    const passed = (Date.now() - begun) / 1000;
    // What is to be kept should reach the desk while the session lasts; a hidden tab may be asked once a minute only.
    const early = document.hidden ? Math.min(90, seconds / 2) : Math.min(20, seconds / 4);
    if (passed >= seconds) {
      lock("idle");
    } else if (passed >= seconds - early && reply && !reply.isKept()) {
      // Whoever is typing, here or in another tab, goes on; whoever has left finds the draft after signing in.
      if (Date.now() - Math.max(typed, reply.typed()) < seconds * 100) {
        void keep(reply);
      } else {
        lock("idle");
      }
    } else if (passed >= Math.max(seconds - 120, seconds / 2)) {
      warn();
    }
  };

  setInterval(check, TICK);
  // Timers stand still while a machine sleeps; the clock does not. What other tabs told meanwhile is heard first.
  document.addEventListener("visibilitychange", () => setTimeout(check, TICK / 5));
  others.addEventListener("message", (event) => {
    const told = /** @type {Told} */ (event.data);
    if (over) {
      return;
    }
    if (told.session === session && told.what !== "locked") {
      if (told.what === "loaded") {
        restart();
      } else {
        typed = Date.now();
      }
      return;
    }
    over = true;
    if (reply && (!reply.isKept() || (told.what !== "locked" && reply.isBegun()))) {
      // Also a session that is over can still keep what was begun in it.
      reply.submit(told.what === "locked" ? "lock" : "draft");
      document.body.hidden = true;
    } else {
      blank();
      location.replace(told.what === "locked" ? "/sign-in?why=locked" : "/");
    }
  });
  tell("loaded");
  reply?.onTyping(() => tell("typed"));
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
  lockForm().addEventListener("submit", (event) => {
    if (over) {
      return;
    }
    if (reply && !reply.isKept()) {
      // The reply's form is sent in place of this one, and locks too.
      event.preventDefault();
      lock();
    } else {
      over = true;
      nameCase(reply);
      tell("locked");
    }
  });
  reply?.onKept(() => {
    restart();
    tell("loaded");
  });
  return { lock };
}
