# SPDX-License-Identifier: AGPL-3.0-or-later
"""How our numbers and lists look to a person, the same in every command. Pure, and knows no party."""
