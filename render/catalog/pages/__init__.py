"""Reads a provider's page about a model into a spec: facts only, in our own words, and what the page leaves open.

A layout is a way in which pages are written, one module each; all of them make a `Page`, and what follows knows no
layout any more. Nothing here opens a file, and no word of a page but names and values comes into a spec.
"""
