"""Checks of a store, the machine and the settings, each with advice on what to do.

No check writes to the store.
"""
