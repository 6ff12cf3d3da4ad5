"""Stores: bytes by key. They know nothing of values."""
