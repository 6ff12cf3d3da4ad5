"""The kernel of one notebook, and the author's API."""
