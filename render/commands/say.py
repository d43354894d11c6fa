"""Prints: data to stdout, talk to stderr. Whether there is colour is decided in `settings`, not by click."""

from __future__ import annotations

import click

from render.settings import display


def data(text: str) -> None:
    """Print to stdout what the command was asked for."""
    click.echo(text, nl=not text.endswith("\n"), color=display("stdout").has_colour)


def talk(text: str) -> None:
    """Print to stderr what a person should know beside it; nothing where there is nothing to say."""
    if text:
        click.echo(text, nl=not text.endswith("\n"), err=True, color=display("stderr").has_colour)
