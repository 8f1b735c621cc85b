"""The HTTP API: one thin function a route, over the use cases; nothing is decided here."""
