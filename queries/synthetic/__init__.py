"""A synthetic dataset in the published schema of LMSYS-Chat-1M, reproducible from a seed."""
