"""Measures Rappro against other software, and breaks its parsers on purpose."""
