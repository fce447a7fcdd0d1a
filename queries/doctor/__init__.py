"""What is amiss with a store, this machine and its settings, and what to do about it.

Nothing here writes to the store.
"""
