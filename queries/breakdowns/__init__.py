"""Tables of figures of a slice, one function each."""
