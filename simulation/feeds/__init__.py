"""Bank feeds under faults: random scenarios of a bank and its provider, and crashes of our own.

A scenario is a seed. The bank's truth is known to the simulator alone; the connector, the
synchronisation and the stores are those of production, over the provider's protocol in process.
"""
