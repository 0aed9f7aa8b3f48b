# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file tells of whoever made it, and a copy of a picture without that. Pure: bytes in, bytes and words out."""
