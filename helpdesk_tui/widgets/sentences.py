"""What a journal entry says to a reader, for widgets: the words are the vocabulary's (`vocabulary.sentences`)."""

from helpdesk_tui.vocabulary.sentences import (
    FIELDS,
    HIDDEN,
    REPEATED,
    VERBS,
    FieldText,
    actor_text,
    change_sentences,
    field_label,
    is_machine,
    origin_text,
    reason_texts,
    span_text,
    value_text,
    verb_sentence,
    verb_text,
)

__all__ = [
    "FIELDS",
    "HIDDEN",
    "REPEATED",
    "VERBS",
    "FieldText",
    "actor_text",
    "change_sentences",
    "field_label",
    "is_machine",
    "origin_text",
    "reason_texts",
    "span_text",
    "value_text",
    "verb_sentence",
    "verb_text",
]
