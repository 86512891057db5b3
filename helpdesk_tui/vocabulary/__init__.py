"""The field's words, spoken by every room: plain standard library, no I/O."""
