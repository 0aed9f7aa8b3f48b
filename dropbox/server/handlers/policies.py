# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source's browser may load and do on each of the service's pages (Content Security Policy)."""

from base64 import b64encode
from hashlib import sha256

_TIGHT = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
_STYLES = "style-src 'self'"
# An empty picture in the page's own bytes stands for its icon, so that no browser asks for one; the typeface stands in
# those of the style sheet, so that none asks when a letter is first shown.
PAGE_LOADS = (
    f"default-src 'none'; script-src 'self'; {_STYLES}; connect-src 'self'; img-src data:; font-src data:; "
    f"worker-src 'self'; {_TIGHT}; trusted-types dropbox-worker"
)
WORKER_LOADS = f"default-src 'none'; connect-src 'self'; {_TIGHT}; trusted-types 'none'"
EXIT_LOADS = f"default-src 'none'; img-src data:; {_TIGHT}; trusted-types 'none'"
CLEARS = 'clear-site-data: "cache", "cookies", "storage"'


def page_loads(style: str) -> str:
    """The policy of a page that holds these very style rules, if any, besides its style sheet."""
    if not style:
        return PAGE_LOADS
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return PAGE_LOADS.replace(_STYLES, f"{_STYLES} 'sha256-{digest}'")
