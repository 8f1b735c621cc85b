"""Bank-feed providers simulated over HTTP: what connectors are driven against without a contract.

One scripted bank (bank.py) stands behind every provider; each provider is one module that speaks
its protocol; server.py serves them on loopback. A connector is pointed at the server by its base
URL and knows no difference (makers.py).
"""
