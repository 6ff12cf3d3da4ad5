"""Reactivity as a table: cells, an edit, the cells that run for it, and the names that exist afterwards.

Pure Python without a third-party import: the very same cases run natively and inside Pyodide.
"""
