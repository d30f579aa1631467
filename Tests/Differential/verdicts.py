"""What each side says of a table, in one form: marks of (row number, column or None, rule).

Row numbers count from 1 at the header. Rules are named as Table Schema names them, but for `ragged`, `blank`,
`characters` (a cell that is no text), and `lower` and `upper`, since of an inclusive and an exclusive bound Sluice
names the tighter.
"""

import dataclasses
import json
import re
import subprocess

import frictionless
from frictionless.formats import CsvControl

import table_schemas

NAMES = {
    "constraints.minimum": "lower", "constraints.exclusiveMinimum": "lower", "minimum": "lower",
    "exclusiveMinimum": "lower", "constraints.maximum": "upper", "constraints.exclusiveMaximum": "upper",
    "maximum": "upper", "exclusiveMaximum": "upper", "format": "type", "cell": "characters",
    "dialect.quoting": "characters",
}
KEY_RULES = ("primaryKey", "uniqueKeys", "foreignKeys")


@dataclasses.dataclass
class Verdict:
    marks: set = dataclasses.field(default_factory=set)
    #: Rows that are rejected.
    bad_row_count: int = 0
    #: Last row listed of a column and rule that has more than are listed.
    listed_to: dict = dataclasses.field(default_factory=dict)

    def of_row(self, row):
        """What is said of a row, without its number."""
        return {mark[1:] for mark in self.marks if mark[0] == row}

    def of_cell(self, row, column):
        """The rules that the cell alone breaks."""
        keys = ("unique",) + KEY_RULES
        return {rule for at, name, rule in self.marks if (at, name) == (row, column) and rule not in keys}


class Failure(Exception):
    """A side gave no verdict."""


# Sluice


def of_sluice(program, folder, plugin):
    command = [program, "validate", folder / "table.csv", "--plugin", plugin, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    try:
        answer = json.loads(done.stdout)
        read = answer["rows"]
    except (ValueError, KeyError, TypeError):
        raise Failure("sluice: " + (done.stderr or done.stdout).strip()) from None
    verdict = Verdict(bad_row_count=read["rejected"])
    if answer["findingsCut"]:
        raise Failure("sluice: more findings than are listed")
    for finding in answer["findings"]:
        # Of the file, and it follows from its rows; or a warning, of which the standard says nothing.
        if finding["code"] in ("tolerance-exceeded", "rows-missing") or finding["rule"] == "doubles":
            continue
        if not finding["rows"]:
            raise Failure(f"sluice: {finding['code']}: {finding['message']}")
        rule = _rule_of(finding, plugin)
        column = finding["column"] if rule.split(":")[0] not in KEY_RULES else None
        for row in finding["rows"]:
            verdict.marks.add((row, column, rule))
        if finding["count"] > len(finding["rows"]):
            verdict.listed_to[column, rule] = finding["rows"][-1]
    return verdict


def _rule_of(finding, plugin):
    code = finding["code"]
    if code in ("row-ragged", "row-empty"):
        return {"row-ragged": "ragged", "row-empty": "blank"}[code]
    if code == "key-missing":
        return "required"
    rule = finding["rule"]
    return NAMES.get(rule, rule.removeprefix("constraints."))


# Frictionless


def of_frictionless(folder, schema):
    """Reads row by row, as its `validate` does; of unique keys, which it does not know, it gives the values."""
    verdict = Verdict()
    control = CsvControl(
        delimiter=",", line_terminator="\n", quote_char='"', double_quote=True, skip_initial_space=False)
    # A schema that refers to itself is read a second time, and by the resource's own version then.
    resource = frictionless.Resource.from_descriptor(
        {"$schema": "https://datapackage.org/profiles/2.0/dataresource.json", "name": "table", "type": "table",
         "path": "table.csv", "encoding": "utf-8", "schema": schema}, basepath=str(folder))
    resource.dialect = frictionless.Dialect(controls=[control])
    seen = [set() for _ in schema.get("uniqueKeys", [])]
    with resource:
        if not resource.header.valid:
            raise Failure("frictionless: the header")
        for row in resource.row_stream:
            marks = {_mark_of(error, row.row_number) for error in row.errors}
            marks = _with_missing_keys(marks, row, schema)
            for key, values in zip(schema.get("uniqueKeys", []), seen):
                value = tuple(row[name] for name in key)
                if None in value:
                    continue
                if value in values:
                    marks.add((row.row_number, None, "uniqueKeys"))
                values.add(value)
            verdict.marks |= marks
            verdict.bad_row_count += bool(marks)
    return verdict


def _mark_of(error, row):
    if error.type == "constraint-error":
        name = re.match(r'constraint "(\w+)"', error.note)[1]
        return row, error.field_name, NAMES.get(name, name)
    if error.type in ("type-error", "unique-error"):
        return row, error.field_name, error.type.removesuffix("-error")
    kinds = {"primary-key": "primaryKey", "foreign-key": "foreignKeys", "blank-row": "blank", "extra-cell": "ragged",
             "missing-cell": "ragged"}
    if error.type == "primary-key" and "all" in error.note:
        return row, None, "no primary key"
    return row, None, kinds[error.type]


def _with_missing_keys(marks, row, schema):
    """A primary key of which nothing is there lacks each of its cells; a bad cell is there."""
    mark = (row.row_number, None, "no primary key")
    if mark not in marks:
        return marks
    marks = marks - {mark}
    for name in schema["primaryKey"]:
        if (row.row_number, name, "type") not in marks and (row.row_number, None, "blank") not in marks:
            marks.add((row.row_number, name, "required"))
    return marks


class CellReaders:
    """Frictionless' verdict on a single cell of a field, whatever file it is in."""

    def __init__(self, schema):
        self.missing = schema.get("missingValues", [""])
        self.readers = {}

    def rules(self, field, text):
        _, notes = self.read(field, text)
        return {NAMES.get(rule, rule) for rule in notes or {}}

    def key(self, field, text):
        """What Frictionless would remember of the cell in a key."""
        return hash(self.read(field, text)[0]) if field["type"] in table_schemas.KEYABLE else None

    def read(self, field, text):
        key = json.dumps(field, sort_keys=True)
        if key not in self.readers:
            own = {"missingValues": self.missing, **field}
            self.readers[key] = frictionless.Field.from_descriptor(own).create_cell_reader()
        return self.readers[key](text)
