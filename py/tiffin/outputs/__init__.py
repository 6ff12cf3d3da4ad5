"""Outputs: values to MIME bundles, and what a body prints."""
