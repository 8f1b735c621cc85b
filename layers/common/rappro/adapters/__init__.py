"""Implementations of the ports (ports.py): in process, and on AWS. Nothing here decides."""
