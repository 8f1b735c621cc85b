"""Webhooks on AWS and over HTTP: sealed secrets, the queue of deliveries, the way out."""
