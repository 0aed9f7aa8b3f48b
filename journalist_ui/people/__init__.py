# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who belongs to a desk, what they may do and how they prove it. It takes a transaction, or works out what takes long
without one; it knows no HTTP, no asyncio and no clock, and opens no transaction. Of the desk it imports the vault."""
