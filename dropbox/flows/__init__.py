# SPDX-License-Identifier: AGPL-3.0-or-later
"""Conversations with the service, without a socket, a file, a clock or a die: what to ask, and in which order.

A flow is a generator. It yields typed requests (``requests.py`` of each party) and receives for each the one answer
that the request names: ``answer = yield from GetBoard()``. ``drive.py`` runs it with two hands: **network** takes the
requests that go to the server, **local** those that this machine fulfils, such as storing or asking a person. What a
hand raises ends the flow, which is then closed; what the flow raises comes out of the driver.

The order in which a flow yields its storing requests is the order in which a crash may cut. Time and random bytes are
arguments. ``source`` and ``desk`` are the parties' own; ``source`` never imports ``desk``, so that a source's process
holds nothing that opens envelopes. What both use lies here: ``trust.py`` and ``heads.py``.
"""
