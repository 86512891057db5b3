"""Textual screens: they bring widgets and desk verbs together, in workers, and never run SQL."""
