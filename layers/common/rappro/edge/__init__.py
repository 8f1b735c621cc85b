"""The border: shapes of events and API payloads, settings, logs; the only room that knows them."""
