"""The demo: a company's books and statements through the local stack, as a tenant would do it.

It talks to the stack over HTTP and the inbox bucket's upload form only, and fails (exit 1) when any
stage does not happen.
"""
