"""The matching benchmark: generated worlds with their truth, an oracle, a scorer and baselines.

Nothing in here but `in_process` may import the engine: what is measured must not help to
say what is right.
"""
