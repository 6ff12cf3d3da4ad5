"""Codecs: values to bytes and back, each named in the manifest."""
