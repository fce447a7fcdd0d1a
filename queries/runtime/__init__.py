"""What one process has: memory limits, worker processes, the fair queue, progress."""
