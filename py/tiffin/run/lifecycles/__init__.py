"""The lifecycles that tiffin brings: cached, inputs, capture."""
