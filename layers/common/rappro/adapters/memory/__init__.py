"""The in-process twin: real implementations of the ports that keep everything in this process.

The command line, benchmarks and fast tests run on it; the contract tests hold it to the same
behaviour as the AWS adapters. Nothing is kept when the process ends.
"""

from rappro.adapters.memory.blobs import MemoryBlobs
from rappro.adapters.memory.clock import FixedClock
from rappro.adapters.memory.inbox import MemoryInbox
from rappro.adapters.memory.replies import MemoryMeter, MemoryReplies
from rappro.adapters.memory.runs import MemoryFeeds, MemoryRuns, Schedule, Started
from rappro.adapters.memory.store import MemoryStore

__all__ = [
    "FixedClock",
    "MemoryBlobs",
    "MemoryFeeds",
    "MemoryInbox",
    "MemoryMeter",
    "MemoryReplies",
    "MemoryRuns",
    "MemoryStore",
    "Schedule",
    "Started",
]
