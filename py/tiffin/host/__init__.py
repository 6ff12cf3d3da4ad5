"""Hosts: environments that supply input and output to a kernel."""
