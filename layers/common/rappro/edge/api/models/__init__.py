"""What goes in and out of the API, one file a resource: shapes, and their way to the domain.

Amounts are decimal strings in their currency's precision, dates ISO; absent is null.
"""
