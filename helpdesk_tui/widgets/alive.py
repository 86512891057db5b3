"""Whether a widget or screen still stands whole: answers, timers and clicks may come after its end."""

from textual.dom import DOMNode


def alive(node: DOMNode) -> bool:
    """Whether it is put together, part of a program that goes on, and not being taken away."""
    if not node.is_attached or node._pruning or node._closing or node._closed:
        return False
    # At the end of the program the parts of a screen go before the screen.
    return not node.app._exit


def owner(call: object) -> DOMNode | None:
    """The widget or screen whose method a callback is, through any partial; None for anything else."""
    while (inner := getattr(call, "func", None)) is not None:
        call = inner
    found = getattr(call, "__self__", None)
    return found if isinstance(found, DOMNode) else None
