"""Owns media files on disk.

Guarantee: a final name exists only with verified bytes, durably; and nothing is ever overwritten: what stood under a
name before is moved into `.earlier/`. Limits: damage that only a decoder sees passes (see `render.containers`), and
on a file system without hard links a file that some other program creates at the same instant could be replaced.

`folder` receives and places files, `presence` looks whether they are there; they are imported by name, because
`render plan` needs only the second and must start fast.
"""
