# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk does by itself: its settings and keyring, the engine that drives the flows against vault and service, the
timetable, who is signed in. Knows neither verbs nor pages; it alone touches the keyring."""
