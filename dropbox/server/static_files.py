# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's bundle, which `make setup` builds: read once, served from memory, the same for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from aiohttp import web

from .config import ConfigRefused
from .responses import CSS, NOTHING_LOADS, SCRIPT, TEXT, WORKER_LOADS, Answer

_ENDINGS = {"br": ".br", "gzip": ".gz"}
"""Content encodings in the order of preference, and how the bundle's packed files end."""
_BUNDLE = {
    "/page.js": (SCRIPT, NOTHING_LOADS),
    "/worker.js": (SCRIPT, WORKER_LOADS),
    "/style.css": (CSS, NOTHING_LOADS),
    "/notices.txt": (TEXT, NOTHING_LOADS),
}


@dataclass(frozen=True)
class StaticFile:
    """One body, plain and packed. ``packed`` maps content encodings, the best first."""

    plain: bytes
    packed: Mapping[str, bytes]
    content_type: str
    policy: str

    def answer(self, request: web.BaseRequest, status: int = 200, extra: tuple[str, ...] = ()) -> Answer:
        """The smallest body that this client says it can read."""
        wanted = accepted(request.headers.get("accept-encoding", ""))
        for encoding, body in self.packed.items():
            if encoding in wanted:
                lines = (f"content-encoding: {encoding}", *extra)
                return Answer(body, self.content_type, status, self.policy, lines)
        return Answer(self.plain, self.content_type, status, self.policy, extra)


def accepted(header: str) -> set[str]:
    """The encodings of an ``accept-encoding`` header, without those that it weighs with nothing."""
    found = set()
    for part in header.lower().split(","):
        name, *settings = (piece.strip() for piece in part.split(";"))
        if not any(one.startswith("q=0") and not one.strip("q=0.") for one in settings):
            found.add(name)
    return found


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
