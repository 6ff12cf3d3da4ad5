"""Cells: compiled units with definitions, references, and a code digest."""
