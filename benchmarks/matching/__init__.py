"""The matching benchmark: generated worlds with their truth, an oracle, a scorer and baselines.

Nothing in here but `engine` and `scale` may import the engine: what is measured must not help to
say what is right.
"""
