"""Proof that the proofs work: the product is broken on purpose, one breakage at a time, and a suite must notice.

What can be broken is listed by subject in `asking`, `spending`, `recording`, `receiving` and `telling`.
"""
