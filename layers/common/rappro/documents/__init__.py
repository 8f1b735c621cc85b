"""What people download or print: reports as CSV and PDF, in French. No store, no HTTP, no clock."""
