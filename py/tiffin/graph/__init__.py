"""The graph: immutable dependencies between cells; edges carry names."""
