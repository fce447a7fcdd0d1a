"""Search by words and by meaning, inside any slice, through the index of a store."""
