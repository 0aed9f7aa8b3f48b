# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's web pages for its members: what a browser sends becomes a request of shapes, a verb's answer becomes a
page. Knows the verbs and their shapes, and nothing else of the desk; holds no key and opens no transaction."""
