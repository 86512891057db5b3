"""Programs with one check of a right taken out, to see whether the tests notice (`python -m tests.mutants`)."""
