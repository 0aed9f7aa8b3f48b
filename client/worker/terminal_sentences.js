// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What the command line says of warnings and errors. Written by `make generated` from dropbox/source_cli/terminal.py; do not edit. */

export const WARNINGS = Object.freeze({
  "replies-altered": "Answers of {unit} are being held back or changed on their way to you. This is certain ({proof}): somebody interferes with the service. Do not come back at once, since that would show them that it mattered to you.",
  "clock": "This device's date seems wrong, or the service is being held back. Check the date and time zone.",
  "silent": "Nothing has come from {unit} for longer than usual. Its computer may be off, or its answers may be held back.",
  "not-acknowledged": "The service took nothing from this visit, so the unit does not learn that you have read this, and may send it again. There is nothing that you need do."
});

export const ERRORS = Object.freeze({
  "unknown-word": "Word {position} is not in the list. Look at how you wrote it down, and try again.",
  "wrong-word-count": "That is {count} words; a codename has eight. Check that none is missing or doubled.",
  "too-long": "The text is too long: it would need {parts} parts, at most {allowed} can be sent. Shorten it.",
  "wrong-word-count 1 word": "That is 1 word; a codename has eight. Check that none is missing or doubled."
});
