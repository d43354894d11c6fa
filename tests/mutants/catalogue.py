"""Every mutant, subject after subject."""

from tests.mutants import asking, receiving, recording, spending, telling

MUTANTS = (*spending.MUTANTS, *asking.MUTANTS, *recording.MUTANTS, *receiving.MUTANTS, *telling.MUTANTS)
