"""How Alembic runs here: always on a connection that the caller holds, inside the caller's transaction.

Logging is left alone (the console owns the terminal), and no ini file is read.
"""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

# Kept by hand in the revisions: full-text tables with their shadows are nothing that a comparison understands.
_OWN_HAND = ("search_text", "search_note", "alembic_version")


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | Literal[False]:
    """Write SQLModel's types as SQLAlchemy's own, so that old revisions do not depend on SQLModel."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith("sqlmodel"):
        return f"sa.{item.impl_instance!r}"
    return False


def include_object(_thing: Any, name: str | None, _kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave out what is kept by hand."""
    return name is None or not name.startswith(_OWN_HAND)


def run() -> None:
    """Run the asked revisions. The transaction is the caller's: one for all of them, never ended here."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=attributes.get("target_metadata"),
        render_as_batch=True,
        render_item=render_item,
        include_object=include_object,
        transaction_per_migration=False,
        compare_type=True,
    )
    context.run_migrations()


run()
