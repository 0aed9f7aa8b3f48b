# SPDX-License-Identifier: AGPL-3.0-or-later
"""Debian's Chromium as the suites start it, with no work of its own beside the pages: in the short form without all
that is about windows, which is a third of its work, in the long form whole."""

import shutil

from playwright.async_api import Browser, Playwright

from tests.long_form import LONG

# The last three are two pages of the address bar, which no headless window shows: each window would load and run both,
# at a second of a processor. The others are those that the driver turns off, for a repeated switch replaces its own:
# what upgrades addresses, splits storage, translates, looks for devices, or asks its maker's servers for something.
_OFF = (
    *("AutoDeElevate", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("BlockOriginHeaderModificationOnRedirect", "DestroyProfileOnBrowserClose", "DialMediaRouteProvider"),
    *("GlobalMediaControls", "HttpsUpgrades", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying"),
    *("OptimizationHints", "PaintHolding", "ThirdPartyStoragePartitioning", "Translate", "AimEnabled"),
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
)
# Debian's own flags ask for a graphics card, which a machine of tests has not: it would be imitated.
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-gpu-rasterization", f"--disable-features={','.join(_OFF)}")


START = 600_000.0
"""Milliseconds within which a browser starts: on a busy machine several may start at once. No claim rests on this."""


async def start_chromium(driver: Playwright, *more: str, whole: bool = LONG) -> Browser:
    """One of its own, with ``more`` switches. Raises AssertionError where it is not installed."""
    name = "chromium" if whole else "chromium-headless-shell"
    program = shutil.which(name)
    assert program, f"{name} is not installed"
    return await driver.chromium.launch(executable_path=program, args=[*_FLAGS, *more], timeout=START)
