// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What the command line says of warnings and errors. Written by `make generated` from dropbox/source_cli/terminal.py; do not edit. */

export const WARNINGS = Object.freeze({
  "replies-altered": "Replies of {unit} are being withheld or altered. This is a proof, not a guess ({proof}). Somebody interferes with the service; whoever comes back at once shows them that it mattered.",
  "clock": "This device's date seems wrong, or the service is being held back. Check the date and time zone.",
  "silent": "{unit} has been silent for {days} periods: its desk may be off, or its replies held back.",
  "not-acknowledged": "The service took nothing from this visit, so the unit does not learn that you have read this, and may post it again. There is nothing that you need do."
});

export const ERRORS = Object.freeze({
  "unknown-word": "Word {position} is not in the list. Look at how you wrote it down, and try again.",
  "wrong-word-count": "That is {count} words; a codename has eight. Check that none is missing or doubled.",
  "too-long": "The text is too long: it would need {parts} parts, at most {allowed} can be sent. Shorten it.",
  "wrong-word-count 1 word": "That is 1 word; a codename has eight. Check that none is missing or doubled."
});
