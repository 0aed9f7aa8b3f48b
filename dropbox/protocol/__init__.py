# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed drop-box protocol, version 1: bytes in, bytes or a typed error out.

Nothing here reads a clock, a file, a socket or a random source: the time and the random bytes are
arguments. The one exception is ``primitives.hpke_seal``, which draws its ephemeral key inside the library.
``docs/protocol.md`` is the normative text; its step numbers stand in the docstrings.
"""
