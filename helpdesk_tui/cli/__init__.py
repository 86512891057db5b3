"""The command line: one module per noun; parse, call a verb, print."""
