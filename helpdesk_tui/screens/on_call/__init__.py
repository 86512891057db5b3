"""The on-call screen: who is on, for how long, what is laid over it by hand."""
