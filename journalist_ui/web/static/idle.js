// SPDX-License-Identifier: AGPL-3.0-or-later
// A page that is left alone shows nothing: it warns, keeps what was begun, and locks the desk. Tabs share one clock. The
// warning comes before a hidden tab with something begun may lock.

import { blank } from "./blank.js";
import { lockForm, nameCase, sendLock, sessionOfPage } from "./lock_form.js";
import { Tabs } from "./tabs.js";
import { Warning } from "./warning.js";

/** @import { ReplyBox } from "./reply.js" */
/** @import { Told } from "./tabs.js" */

const TICK = 500;

export class Idle {
  #seconds;
  #reply;
  #tabs = new Tabs(sessionOfPage());
  #warning = new Warning(() => this.#stay());
  #begun = Date.now();
  #typed = 0;
  #keeping = false;
  // Once this page is on its way out nothing more is done in it.
  #over = false;

  /**
   * @param {number} seconds without a request after which the desk locks the session
   * @param {ReplyBox | undefined} reply
   */
  constructor(seconds, reply) {
    this.#seconds = seconds;
    this.#reply = reply;
  }

  /** Begin. */
  watch() {
    setInterval(() => this.#check(), TICK);
    // Timers stand still while a machine sleeps; the clock does not. What other tabs told meanwhile is heard first.
    document.addEventListener("visibilitychange", () => setTimeout(() => this.#check(), TICK / 5));
    this.#tabs.hear((what, mine) => this.#hear(what, mine));
    this.#tabs.tell("loaded");
    this.#reply?.onTyping(() => this.#tabs.tell("typed"));
    this.#reply?.onKept(() => this.#goOn());
    lockForm().addEventListener("submit", (event) => this.#submitted(event));
    window.addEventListener("beforeunload", () => this.#left());
  }

  /** A form or a link was pressed: its request counts, and a slow answer is not cut off by this page's lock. */
  #left() {
    if (!this.#over) {
      this.#goOn();
    }
  }

  /** @param {string} why */
  lock(why = "") {
    if (this.#over) {
      return;
    }
    this.#over = true;
    this.#tabs.tell("locked");
    const unkept = this.#unkept();
    if (unkept) {
      unkept.submit("lock");
    } else {
      sendLock(why, this.#reply);
    }
    document.body.hidden = true;
  }

  /** @returns {ReplyBox | undefined} the box, where something in it would be lost now */
  #unkept() {
    return this.#reply && !this.#reply.isKept() ? this.#reply : undefined;
  }

  /** A request was made: here and in every tab the time begins anew. */
  #goOn() {
    this.#restart();
    this.#tabs.tell("loaded");
  }

  #restart() {
    this.#begun = Date.now();
    this.#warning.hide();
  }

  #stay() {
    const unkept = this.#unkept();
    if (unkept) {
      void this.#keep(unkept);
    } else {
      location.reload();
    }
  }

  /**
   * The box keeps its text and goes on; what only a button can keep is sent as if one were pressed, and a desk that does
   * not answer is asked again.
   * @param {ReplyBox} reply
   */
  async #keep(reply) {
    if (this.#keeping) {
      return;
    }
    this.#keeping = true;
    const done = await reply.keep();
    this.#keeping = false;
    if (this.#over) {
      return;
    }
    if (done) {
      this.#goOn();
    } else if (reply.isStopped()) {
      this.#over = true;
      reply.submit("draft");
    }
  }

  #check() {
    if (this.#over) {
      return;
    }
    const seconds = this.#seconds;
    const passed = (Date.now() - this.#begun) / 1000;
    const unkept = this.#unkept();
    // What is to be kept should reach the desk while the session lasts; a hidden tab may be asked once a minute only.
    const early = document.hidden ? Math.min(90, seconds / 2) : Math.min(20, seconds / 4);
    if (passed >= seconds) {
      this.lock("idle");
    } else if (passed >= seconds - early && unkept) {
      this.#keepOrLock(unkept);
    } else if (passed >= Math.max(seconds - 120, seconds / 2)) {
      this.#warning.show();
    }
  }

  /**
   * Whoever is typing, here or in another tab, goes on; whoever has left finds the draft after signing in.
   * @param {ReplyBox} reply
   */
  #keepOrLock(reply) {
    if (Date.now() - Math.max(this.#typed, reply.typed()) < this.#seconds * 100) {
      void this.#keep(reply);
    } else {
      this.lock("idle");
    }
  }

  /**
   * @param {Told["what"]} what
   * @param {boolean} mine
   */
  #hear(what, mine) {
    if (this.#over) {
      return;
    }
    if (mine && what === "loaded") {
      this.#restart();
    } else if (mine && what === "typed") {
      this.#typed = Date.now();
    } else {
      this.#over = true;
      this.#leave(what === "locked");
    }
  }

  /**
   * Another tab locked, or signed in as another session.
   * @param {boolean} locked
   */
  #leave(locked) {
    const reply = this.#reply;
    if (reply && (!reply.isKept() || (!locked && reply.isBegun()))) {
      // Also a session that is over can still keep what was begun in it.
      reply.submit(locked ? "lock" : "draft");
      document.body.hidden = true;
    } else {
      blank();
      location.replace(locked ? "/sign-in?why=locked" : "/");
    }
  }

  /** @param {Event} event of the form that locks */
  #submitted(event) {
    if (this.#over) {
      return;
    }
    if (this.#unkept()) {
      // The reply's form is sent in place of this one, and locks too.
      event.preventDefault();
      this.lock();
    } else {
      this.#over = true;
      nameCase(this.#reply);
      this.#tabs.tell("locked");
    }
  }
}
