# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all five commands share: how they start, end, read what a person gives and print. It knows no party."""
