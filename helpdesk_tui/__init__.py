"""A service desk in a terminal: one program on one file."""

__version__ = "0.1.0"
