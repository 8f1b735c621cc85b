"""Exchange with the accountant: the archive, its reading and writing, what a merge of books finds.

Pure but for the streams that are handed in; docs/exchange-format.md is written for other readers.
"""
