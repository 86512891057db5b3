"""Random keys on the real program: what is typed, what may be sent, and the desk that it is done to."""
