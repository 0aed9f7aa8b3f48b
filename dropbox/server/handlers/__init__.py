# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each request gets: from the shelf, the store's ports and the objects. Nothing here knows of the publisher."""
