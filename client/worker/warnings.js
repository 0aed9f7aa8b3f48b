// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file What a visit warns of, in plain words. Written by `make generated` from dropbox/source_cli/terminal.py; do not edit. */

export const WARNINGS = Object.freeze({
  "replies-altered": "Replies of {unit} are being withheld or altered. This is a proof, not a guess ({proof}).",
  "clock": "This device's date seems wrong, or the service is being held back. Check the date and time zone.",
  "silent": "{unit} has been silent for {days} periods: its desk may be off, or its replies held back."
});
