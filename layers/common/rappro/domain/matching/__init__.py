"""The pure matching engine: `decide` a world, `lookups_for` what to read. No I/O, no clock."""
