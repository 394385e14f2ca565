"""The city: what it holds and what can be said about it.

Knows no HTTP, no file format and no picture.
"""
