"""Servers: the static one that `tiffin serve` starts."""
