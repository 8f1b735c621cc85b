"""One file an action of the product; orchestration only, over the domain and the ports."""
