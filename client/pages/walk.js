// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * @file Walking through the pages of the one document. No address, title or request changes; the browser's Back, caught
 * by one history entry of the same address, goes to the page before.
 */

import { byId, section } from "./dom.js";

const GUARD = 1;
const FIRST = "start";

/** Where the person is, and the pages before. */
export class Walk {
  current = FIRST;
  /** @type {string[]} */
  #trail = [];
  #entered;
  #left;
  /** Pages that Back does not leave: those of a visit that goes on. */
  #held = new Set(["working"]);

  /**
   * @param {(name: string) => void} entered told of each page that is shown
   * @param {() => void} left told when nothing is to be gone back to
   */
  constructor(entered, left) {
    this.#entered = entered;
    this.#left = left;
    addEventListener("popstate", () => this.#popped());
  }

  /**
   * On to the next page.
   * @param {string} name
   */
  go(name) {
    this.#trail.push(this.current);
    this.turn(name);
  }

  /**
   * This page in place of the present one.
   * @param {string} name
   */
  turn(name) {
    if (history.state !== GUARD) history.pushState(GUARD, "");
    this.#show(name);
  }

  /**
   * Back to a page that was shown before, or on to it.
   * @param {string} name
   */
  returnTo(name) {
    const at = this.#trail.lastIndexOf(name);
    if (at >= 0) this.#trail.length = at;
    this.turn(name);
  }

  /**
   * A page from which there is no way back but out.
   * @param {string} name
   */
  end(name) {
    this.#trail = [];
    this.turn(name);
  }

  /** Whether that page lies behind. @param {string} name */
  passed(name) {
    return this.#trail.includes(name);
  }

  back() {
    const before = this.#trail.pop();
    if (before === undefined) this.#left();
    this.#show(before ?? FIRST);
  }

  /**
   * Whether Back leaves this page.
   * @param {string} name
   * @param {boolean} held
   */
  hold(name, held) {
    if (held) this.#held.add(name);
    else this.#held.delete(name);
  }

  #popped() {
    if (history.state === GUARD) return;
    if (this.current === FIRST) {
      // The guard entry was left on the first page: so leaves the person.
      history.back();
      return;
    }
    if (!this.#held.has(this.current)) this.back();
    if (this.current !== FIRST) history.forward();
  }

  /** @param {string} name */
  #show(name) {
    section(this.current).hidden = true;
    this.current = name;
    const page = section(name);
    page.hidden = false;
    this.#entered(name);
    const heading = page.querySelector("[data-heading], h1") ?? page;
    if (heading instanceof HTMLElement) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    scrollTo(0, 0);
  }
}

/** Links inside the document move the focus and leave the address as it is. */
export function keepAddress() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    if (!link) return;
    event.preventDefault();
    const target = byId((link.getAttribute("href") ?? "").slice(1) || "main", HTMLElement);
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  });
}
