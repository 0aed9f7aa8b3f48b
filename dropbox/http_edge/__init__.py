# SPDX-License-Identifier: AGPL-3.0-or-later
"""The HTTP edge that every server here stands on: connections, answers, static files, limits. It knows no party."""
