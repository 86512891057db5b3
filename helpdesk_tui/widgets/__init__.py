"""Reusable widgets: they draw plain values and know neither the desk nor the store."""
