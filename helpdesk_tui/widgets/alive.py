"""Whether a widget or screen still stands whole: answers, timers and clicks may come after its end."""

from textual.dom import DOMNode


def alive(node: DOMNode) -> bool:
    """Whether it is put together, part of the program, and not being taken away."""
    return node.is_attached and not (node._pruning or node._closing or node._closed)


def owner(call: object) -> DOMNode | None:
    """The widget or screen whose method a callback is, through any partial; None for anything else."""
    while (inner := getattr(call, "func", None)) is not None:
        call = inner
    found = getattr(call, "__self__", None)
    return found if isinstance(found, DOMNode) else None
