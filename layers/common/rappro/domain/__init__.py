"""The pure domain: no AWS, no clock, no randomness, no input or output."""
