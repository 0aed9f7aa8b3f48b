// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file The endings of files, by their kinds. Written by `make generated` from dropbox/source_cli/attaching.py; do not edit. */

/** @type {Record<string, string>} */
export const ENDINGS = {"application/pdf": "pdf", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/wav": "wav", "image/gif": "gif", "image/heic": "heic", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif", "image/webp": "webp", "text/plain": "txt", "video/mp4": "mp4"};
