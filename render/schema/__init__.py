"""Derives JSON Schemas from the catalog: of a whole manifest, and of one model's finished parameters.

    specs ──manifest_schema──▶ what an author may write       editors, and the first check of a manifest
    spec ──params_schema─────▶ what one task may ask for      the check after defaults and `${…}` are filled in

Pure: records in, plain data out. What JSON Schema cannot say is said elsewhere: `catalog.rules` across parameters,
`catalog.fit.is_multiple` for exact decimals, `floats_for_integers` for 1.0 where 1 is meant.
"""

from render.schema.keys import ID_PATTERN, INTEGER_KEYS, OWN_KEYS
from render.schema.manifest import manifest_schema, schema_text
from render.schema.parameters import floats_for_integers, params_schema

__all__ = [
    "ID_PATTERN",
    "INTEGER_KEYS",
    "OWN_KEYS",
    "floats_for_integers",
    "manifest_schema",
    "params_schema",
    "schema_text",
]
