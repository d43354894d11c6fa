"""Owns manifest files: read, merge, check, report all problems at once, freeze.

    load ─▶ resolve (defaults, presets, shot) ─▶ content (values, rules, variables, names) ─▶ Manifest
         └▶ structure (the schema: unknown keys, wrong types)

Knows nothing of the record, of money or of providers' replies.
"""
