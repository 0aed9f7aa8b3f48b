// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file How long a visit waits and how often it asks again, in seconds. Written by `make generated` from dropbox/transport/limits.py; do not edit. */

export const PATIENCE = 20.0;
export const FIRST_PAUSE = 0.5;
export const LONGEST_PAUSE = 30.0;
export const SILENCE = 120.0;
export const GRACE = 120.0;
export const LEAST_RATE = 8192;
export const BUSY_AFTER = 5.0;
export const TRY_AGAIN = Object.freeze(["fault", "not-ready", "too-slow", "try-later"]);
