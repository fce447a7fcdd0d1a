"""A script that writes to the audit log in a process of its own."""

RECORD_EVENTS = """
import sys
from pathlib import Path
from queries.state.audit_log import record_event
from queries.store.layout import StorePath
for n in range(20):
    record_event(StorePath(Path(sys.argv[1])), sys.argv[2], "unmasked", str(n))
"""
