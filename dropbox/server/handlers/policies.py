# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source's browser may load and do on each of the service's pages (Content Security Policy)."""

_TIGHT = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
# An empty picture in the page's own bytes stands for its icon, so that no browser asks for one.
PAGE_LOADS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; worker-src 'self'; "
    f"{_TIGHT}; trusted-types dropbox-worker"
)
WORKER_LOADS = f"default-src 'none'; connect-src 'self'; {_TIGHT}; trusted-types 'none'"
EXIT_LOADS = f"default-src 'none'; img-src data:; {_TIGHT}; trusted-types 'none'"
CLEARS = 'clear-site-data: "cache", "cookies", "storage"'
