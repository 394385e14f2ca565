"""How files become layers: readers, mappings, checks, merge."""
