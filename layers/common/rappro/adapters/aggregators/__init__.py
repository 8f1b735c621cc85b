"""Bank-feed providers (agrégateurs) behind the domain's Connector; none knows another."""
