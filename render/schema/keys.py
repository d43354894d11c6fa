"""The manifest's own keys: those at its top and those of a shot that are no parameters. Data, nothing derived.

Knows the vocabulary of the manifest language, nothing of any model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from render.lanes import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema: TypeAlias = dict[str, Any]

_NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_VARIABLE = "[A-Za-z_][A-Za-z0-9_]*"
#: of a project, and of a shot's id once `${…}` is filled in
ID_PATTERN = f"^{_NAME}$"
_AUTHORED_ID = f"^(?:[A-Za-z0-9]|\\$\\{{{_VARIABLE}\\}})(?:[A-Za-z0-9._-]|\\$\\{{{_VARIABLE}\\}})*$"

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: a host by its full name, or `*.` and two labels or more, and perhaps a port; the last label begins with a letter, so
#: that no address matches
HOST_PATTERN = f"^(?:\\*\\.)?(?:{_LABEL}\\.)+(?=[A-Za-z]){_LABEL}(?::[1-9][0-9]{{0,4}})?$"

#: Keys that take whole numbers and are no parameters; JSON Schema lets 1.0 pass, whoever checks a manifest may not.
INTEGER_KEYS = frozenset({"version", "takes", "concurrency", "poll_batch"})

_TEXT: Schema = {"type": "string"}
VARS: Schema = {
    "type": "object",
    "propertyNames": {"pattern": f"^{_VARIABLE}$"},
    "additionalProperties": _TEXT,
    "markdownDescription": "Texts by name, for `${name}` in any text. A shot's own win over the file's. Quote numbers.",
    "examples": [{"style": "painterly, teal and copper"}],
}
_PRESET_NAME: Schema = {"type": "string", "pattern": "^\\S+$"}

#: The keys of a shot that are ours; everything else in it is a parameter of its model.
OWN_KEYS: Mapping[str, Schema] = {
    "id": {
        "type": "string",
        "pattern": _AUTHORED_ID,
        "markdownDescription": "Names the shot and its file; unique in the project, ignoring case. Letters, digits, "
        "`.`, `_`, `-`, at most 100; `${name}` stands for a variable or an axis. "
        "Changing it alone renders nothing again.",
        "examples": ["sq010_sh010", "sq010_sh030_${seed}"],
    },
    "model": {"$ref": "#/definitions/model"},
    "vars": {"$ref": "#/definitions/vars"},
    "title": {**_TEXT, "markdownDescription": "For people; never sent."},
    "notes": {**_TEXT, "markdownDescription": "For people; never sent."},
    "tags": {
        "type": "array",
        "items": {"type": "string", "pattern": "^\\S+$"},
        "markdownDescription": "Words to group shots by; never sent.",
        "examples": [["hero"]],
    },
    "enabled": {
        "type": "boolean",
        "default": True,
        "markdownDescription": "`false` keeps the text and renders nothing.\n\ntrue or false, default true",
    },
    "preset": {
        "type": ["string", "array"],
        "pattern": "^\\S+$",
        "items": _PRESET_NAME,
        "markdownDescription": "One name of `presets`, or a list merged left to right; the shot's own values win.",
    },
    "takes": {
        "type": "integer",
        "minimum": 1,
        "maximum": 99,
        "default": 1,
        "markdownDescription": "That many separate purchases. With a `seed`, take n uses seed + n - 1.\n\n"
        "whole number, 1 to 99, default 1",
    },
    "matrix": {
        "allOf": [{"$ref": "#/definitions/axes"}],
        "markdownDescription": "Axes whose every combination becomes a task of its own, in the order written: "
        "parameters, `model`, `preset` or variables. At most 10,000 tasks a shot.",
        "examples": [{"seed": {"from": 1, "to": 8}, "steps": [20, 28]}],
    },
    "zip": {
        "allOf": [{"$ref": "#/definitions/axes"}],
        "markdownDescription": "Axes that go in step: the first values make one task, the second ones the next. "
        "All of one length; each step is combined with every combination of `matrix`.",
        "examples": [{"cfg_scale": [4, 5], "duration": [5, 10]}],
    },
    "output": {"$ref": "#/definitions/output"},
}

ROOT_KEYS: Mapping[str, Schema] = {
    "version": {"const": 1, "markdownDescription": "Version of the manifest language."},
    "project": {
        "type": "string",
        "pattern": ID_PATTERN,
        "markdownDescription": "Names the output folder and the record. Keep to one manifest for each project, "
        "and split a long one with `include`: a second manifest of this name would not ask for what the first one has "
        "in flight, and that would be paid for in vain.",
    },
    "budget_usd": {
        "type": "number",
        "minimum": 0,
        "markdownDescription": "The most the whole project may cost, in USD, earlier runs included. "
        "A run that may pass it buys nothing.\n\namount in USD, 0 or more",
        "examples": [25],
    },
    "vars": {"$ref": "#/definitions/vars"},
    "defaults": {"$ref": "#/definitions/defaults"},
    "model_defaults": {"$ref": "#/definitions/model_defaults"},
    "presets": {
        "type": "object",
        "propertyNames": {"pattern": "^\\S+$"},
        "additionalProperties": {"$ref": "#/definitions/preset"},
        "markdownDescription": "Named bundles of parameters for `preset`; a bundle may set the model.",
    },
    "providers": {"$ref": "#/definitions/providers"},
    "output": {"$ref": "#/definitions/output"},
    "include": {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "markdownDescription": "Further shot lists, by path from this file; `*` stands for any part of a name, "
        "`**` for any folders in between; every other character is itself. "
        "Their shots follow those of this file.",
        "examples": [["sq020.shots.yaml"], ["sequences/*.shots.yaml"]],
    },
    "shots": {
        "type": "array",
        "items": {"$ref": "#/definitions/shot"},
        "markdownDescription": "What to render, in order.",
    },
}

#: The file a take goes to.
OUTPUT: Schema = {
    "type": "string",
    "minLength": 1,
    "default": "{shot}/{shot}_t{take:02d}.{ext}",
    "markdownDescription": "Where a take's file goes below the output folder. "
    "May hold `{project}`, `{shot}`, `{take}`, `{model}`, `{seed}`, `{ext}`.",
    "examples": ["{shot}/{shot}_t{take:02d}.{ext}", "{model}/{shot}_{seed}.{ext}"],
}

LANE: Schema = {
    "type": "object",
    "properties": {
        "kind": {
            "enum": list(KINDS),
            "markdownDescription": "Whose API a lane of your own speaks; a lane called as a provider speaks its own.",
            "examples": ["runware"],
        },
        "concurrency": {
            "type": "integer",
            "minimum": 1,
            "default": 4,
            "markdownDescription": "How many of this lane's renders are under way at once.\n\n"
            "whole number, 1 or more, default 4",
        },
        "poll_batch": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 100,
            "markdownDescription": "How many renders one question asks about, if it takes several.\n\n"
            "whole number, 1 to 1000, default 100",
        },
        "adopt_from_log": {
            "type": "boolean",
            "default": False,
            "markdownDescription": "Whether a purchase whose answer was lost is looked up in the usage log.\n\n"
            "true or false, default false",
        },
        "free": {
            "type": "boolean",
            "default": False,
            "markdownDescription": "Whether nothing is charged at this base URL, as on a machine of your own.\n\n"
            "true or false, default false",
        },
        "price": {
            "type": "object",
            "propertyNames": {"$ref": "#/definitions/model_name"},
            "additionalProperties": {"type": "number", "minimum": 0},
            "markdownDescription": "The most one result costs, in USD, by alias or id of the model. "
            "Beats what was seen.",
            "examples": [{"kandinsky-5-t2v": 0.4}],
        },
        "allow_hosts": {
            "type": "array",
            "items": {"type": "string", "pattern": HOST_PATTERN, "maxLength": 261},
            "markdownDescription": "Hosts that files may come from, beside the provider's own: full names, or "
            "`*.suffix` in quotes. Always over https, and never from private addresses.",
            "examples": [["cdn.example.com"], ["*.files.example.com"]],
        },
    },
    "additionalProperties": False,
}

FILE_SNIPPETS: list[Schema] = [
    {
        "label": "shot list",
        "description": "A project with one clip",
        "body": {
            "version": 1,
            "project": "$1",
            "defaults": {"model": "kandinsky-5-lite", "width": 768, "height": 512, "duration": 5},
            "shots": [{"id": "$2", "prompt": "$3"}],
        },
    },
]

SHOT_SNIPPETS: list[Schema] = [
    {"label": "video shot", "body": {"id": "$1", "prompt": "$2", "width": 768, "height": 512, "duration": 5}},
    {
        "label": "image shot",
        "body": {"id": "$1", "model": "kandinsky-5-image-lite", "prompt": "$2", "width": 1024, "height": 1024},
    },
]
