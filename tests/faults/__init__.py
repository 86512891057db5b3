"""Breaking the desk on purpose: the kit, and the tests that use it."""
