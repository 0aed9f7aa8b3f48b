# SPDX-License-Identifier: AGPL-3.0-or-later
"""The flows of a source: visits, what they read, and a message of several visits. Imports nothing of the desk's."""
