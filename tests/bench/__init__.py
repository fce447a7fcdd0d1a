"""Every target of the design that exists so far, measured beside the naive way in the same run."""
