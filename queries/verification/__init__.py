"""Compares a store with the figures that were published about its dataset."""
