# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relays of a private Tor network, alone, on an address of this namespace's: prints what a torrc elsewhere says to
be of it, one line with a mark at its end, and runs until its standard input ends. For ``machines.Hub``."""

import sys
import tempfile
from pathlib import Path

from tests.private_tor import Network

END = "# that is all"


def main(host: str) -> None:
    with tempfile.TemporaryDirectory(prefix="private-tor-") as folder:
        network = Network(Path(folder), host)
        try:
            print(network.start_relays() + END, flush=True)
            sys.stdin.read()
        finally:
            network.close()


if __name__ == "__main__":
    main(sys.argv[1])
