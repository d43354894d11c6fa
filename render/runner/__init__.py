"""The conductor: performs a plan. Owns time (waiting, retrying, polling, stopping) and nothing else.

conductor ─▶ lane (one a provider) ◀─ buyer · poller · fetcher ─▶ journal
"""
