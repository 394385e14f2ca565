"""Which column of a source fills which field, how that is known, and what is taken for granted."""
