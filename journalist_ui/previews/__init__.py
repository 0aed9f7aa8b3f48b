# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of strangers, looked at in a process of their own: bytes in, pixels, samples and text out.

Everything here but `renderer` runs on this side of the wall: it starts that process, gives it the bytes, and parses
what comes back as what it is, the word of a process that a file may have taken over. It reads nothing of a file itself
and imports nothing else of the project.
"""
