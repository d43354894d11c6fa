"""Every mutant, subject after subject."""

from tests.mutants import asking, giving, receiving, recording, spending, telling

MUTANTS = (
    *spending.MUTANTS,
    *giving.MUTANTS,
    *asking.MUTANTS,
    *recording.MUTANTS,
    *receiving.MUTANTS,
    *telling.MUTANTS,
)
