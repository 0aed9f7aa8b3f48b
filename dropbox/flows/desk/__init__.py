# SPDX-License-Identifier: AGPL-3.0-or-later
"""The flows of a unit's desk: collecting and publishing, and the plain data that they work on."""
