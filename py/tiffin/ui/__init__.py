"""Widgets: elements with a value, and the registry that owns the current ones."""
