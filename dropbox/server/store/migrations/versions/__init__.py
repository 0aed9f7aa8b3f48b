# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file a step, in order; a step that was released is never changed."""
