"""Kept files, working documents and the inbox, on S3."""
