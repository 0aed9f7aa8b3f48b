# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a SOCKS proxy is told of each visit."""

import asyncio
from contextlib import suppress

from dropbox.flows.requests import GetDirectory
from dropbox.transport.errors import TransportFailed
from dropbox.transport.source import SourceConnection


async def _credentials_of_two_visits() -> list[bytes]:
    """Each connects once to a proxy that asks for credentials (RFC 1928, RFC 1929) and then refuses."""
    heard: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        assert 2 in await reader.readexactly(methods)
        writer.write(b"\x05\x02")
        _, length = await reader.readexactly(2)
        heard.append(await reader.readexactly(length))
        writer.write(b"\x01\x01")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for _ in range(2):
            async with SourceConnection("http://dropbox.onion", f"127.0.0.1:{port}", patience=0) as transport:
                with suppress(TransportFailed):
                    await transport.answer(GetDirectory())
    return heard


def test_two_visits_have_no_circuit_in_common() -> None:
    """Each names itself otherwise, at random, and by nothing of this machine or the codename."""
    first, second = asyncio.run(_credentials_of_two_visits())
    assert first != second
    assert len(bytes.fromhex(first.decode())) == len(bytes.fromhex(second.decode())) == 8
