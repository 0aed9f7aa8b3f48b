# SPDX-License-Identifier: AGPL-3.0-or-later
"""What in a text to a source could harm whoever reads it: marks by rules, in memory alone. Pure.

``rules.json`` has what is looked for, in patterns with short names for lists (``{made}``) and for the forms of a verb
(``<keep>``); ``patterns.py`` makes them ready, ``tasking.py`` judges what is asked of the source, ``known.py`` what
only the source told, and ``marking.py`` puts the marks together. It finds what is written plainly; it is no proof
that a text is harmless.
"""
