"""The filter language, for everybody who uses it: text to tree, tree to text, chips.

The grammar is told in `filter_parser`, the fields in `filter_fields`, the tree in `filter_nodes`; the tree becomes
SQL in the store, is evaluated on plain values by `filter_predicate`, and is completed by `filter_complete`.
"""

from helpdesk_tui.vocabulary.filter_fields import BY_NAME, FIELDS, Code, FieldType, FilterField, find_field, fold
from helpdesk_tui.vocabulary.filter_format import Chip, chips, format_filter, format_node, format_sort, remove_chip
from helpdesk_tui.vocabulary.filter_nodes import (
    And,
    Bounds,
    Cmp,
    Filter,
    In,
    Leaf,
    Node,
    Not,
    Op,
    Or,
    Phrase,
    Range,
    Sort,
    Special,
    Value,
    Words,
    both,
    conjuncts,
    leaves,
    mentions,
    time_bounds,
)
from helpdesk_tui.vocabulary.filter_parser import parse_filter
from helpdesk_tui.vocabulary.filter_problem import FilterProblem, quote
from helpdesk_tui.vocabulary.filter_times import Date, Day, Now, Relative, Stamp, When

__all__ = [
    "BY_NAME",
    "FIELDS",
    "And",
    "Bounds",
    "Chip",
    "Cmp",
    "Code",
    "Date",
    "Day",
    "FieldType",
    "Filter",
    "FilterField",
    "FilterProblem",
    "In",
    "Leaf",
    "Node",
    "Not",
    "Now",
    "Op",
    "Or",
    "Phrase",
    "Range",
    "Relative",
    "Sort",
    "Special",
    "Stamp",
    "Value",
    "When",
    "Words",
    "both",
    "chips",
    "conjuncts",
    "find_field",
    "fold",
    "format_filter",
    "format_node",
    "format_sort",
    "leaves",
    "mentions",
    "parse_filter",
    "quote",
    "remove_chip",
    "time_bounds",
]
