"""Holds files against a JSON Schema.

usage: validate_schema.py SCHEMA good|bad FILE...

Exits with 0 when all files are as said, 1 (and a line for each) when some are not, 77 when there is no
jsonschema to validate with.
"""

import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
code = 0
for path in sys.argv[3:]:
    with open(path, encoding="utf-8-sig") as file:
        errors = list(validator.iter_errors(json.load(file)))
    if sys.argv[2] == "good" and errors:
        print(path, errors[0].json_path, errors[0].message[:200])
        code = 1
    if sys.argv[2] == "bad" and not errors:
        print(path, "is valid")
        code = 1
sys.exit(code)
