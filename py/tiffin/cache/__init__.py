"""The cache: keys by early cutoff, manifests, snapshots of definitions."""
