// SPDX-License-Identifier: AGPL-3.0-or-later
// The page that prints a case: its button. Without scripts the browser's own command prints it as well.

/** Show the button where there is one. */
export function watchPrint() {
  const button = document.getElementById("print-now");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
