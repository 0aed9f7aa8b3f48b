# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's bundle, which `make setup` builds: read once, served from memory, the same for everybody."""

from importlib import resources
from importlib.resources.abc import Traversable

from dropbox.http_edge.answers import CSS, NOTHING_LOADS, SCRIPT, TEXT
from dropbox.http_edge.static_files import StaticFile
from dropbox.server.config import ConfigRefused

from .policies import WORKER_LOADS

_ENDINGS = {"br": ".br", "gzip": ".gz"}
"""Content encodings in the order of preference, and how the bundle's packed files end."""
_BUNDLE = {
    "/page.js": (SCRIPT, NOTHING_LOADS),
    "/worker.js": (SCRIPT, WORKER_LOADS),
    "/style.css": (CSS, NOTHING_LOADS),
    "/notices.txt": (TEXT, NOTHING_LOADS),
}


def bundle_folder() -> Traversable:
    """Where the build puts the bundle."""
    return resources.files("dropbox.server") / "static"


def load_bundle() -> dict[str, StaticFile]:
    """Every file of the bundle by its address. Raises ConfigRefused when it has not been built."""
    folder = bundle_folder()
    try:
        return {
            path: StaticFile(
                (folder / path[1:]).read_bytes(),
                {encoding: (folder / (path[1:] + ending)).read_bytes() for encoding, ending in _ENDINGS.items()},
                content_type,
                policy,
            )
            for path, (content_type, policy) in _BUNDLE.items()
        }
    except OSError as error:
        raise ConfigRefused(f"the browser's bundle is missing ({error.filename}): run `make setup`") from None
