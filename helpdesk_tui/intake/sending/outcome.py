"""How sending fails: for now, or for good. The texts go to the outbox, for whoever looks after it."""


class Unreachable(Exception):
    """The other side could not be reached or is busy: it is tried again."""


class Refused(Exception):
    """The other side said no, or nothing is set up for this: no other try will help."""
