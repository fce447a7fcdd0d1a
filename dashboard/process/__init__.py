"""One for all readers: open stores, cached frames, background work, logs, garbage collection."""
