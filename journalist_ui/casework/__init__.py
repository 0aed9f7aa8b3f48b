# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members do with cases, one noun a file. It takes a transaction and who asks or an opened case, and gives frozen
dataclasses; it knows no HTTP, no asyncio and no clock, and opens no transaction. Of the desk it imports the vault."""
