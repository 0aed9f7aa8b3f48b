// SPDX-License-Identifier: AGPL-3.0-or-later
// The line that says that the desk is about to lock, with a button to stay.

export class Warning {
  #line = document.getElementById("idle-warning");
  #stay;

  /** @param {() => void} stay does what the button says */
  constructor(stay) {
    this.#stay = stay;
  }

  show() {
    if (!this.#line?.hidden) {
      return;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Stay signed in";
    button.addEventListener("click", this.#stay);
    this.#line.textContent = "The desk locks in less than two minutes. What you have begun to write is kept.";
    this.#line.append(button);
    this.#line.hidden = false;
  }

  hide() {
    if (this.#line) {
      this.#line.hidden = true;
    }
  }
}
