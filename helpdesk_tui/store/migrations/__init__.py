"""Revisions of the schema. Revision `0002` leads to schema version 2, and so on."""
