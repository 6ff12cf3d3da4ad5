"""Export: a notebook cooked natively, and the static site that holds every result."""
