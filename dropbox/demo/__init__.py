# SPDX-License-Identifier: AGPL-3.0-or-later
"""A throwaway service for one machine: runs the other commands as anybody would, and imports no party."""
