"""Holds Sluice against Frictionless: for generated schemas and files both must agree on which rows and cells are bad.

Run by scripts/differential. What they differ in on purpose is in differences.py, one rule for each row of the table in
docs/table-schema.md. A row with an excused difference is taken out of the file and the rest is judged again, until
nothing is left to excuse: only then must all of it agree, keys and counts too.
"""

import argparse
import collections
import dataclasses
import pathlib
import random
import re
import sys
import tempfile

import differences
import table_schemas
import tables
import verdicts

ROUNDS = tables.ROWS + 2
DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "table-schema.md"


@dataclasses.dataclass
class Tally:
    seeds: int = 0
    comparisons: int = 0
    rows: int = 0
    cells: int = 0
    bad_rows: int = 0
    bad_cells: int = 0
    #: Cells that Frictionless fails on, taken out before the first comparison.
    failed_cells: int = 0
    #: Rows that agreed in the last comparison of a seed, bad or not.
    settled_rows: int = 0
    settled_bad_rows: int = 0
    settled_bad_cells: int = 0
    excused: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    #: Bad cells and rows on which both agreed at once, by rule.
    agreed: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    failures: list = dataclasses.field(default_factory=list)


def main():
    parser = argparse.ArgumentParser(prog="scripts/differential")
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, default=200, metavar="N", help="how many (default 200)")
    parser.add_argument("--first", type=int, default=1, metavar="S", help="the first of them (default 1)")
    parser.add_argument("--seed", type=int, metavar="S", help="this one only, with all that it makes")
    parser.add_argument(
        "--without", action="append", default=[], metavar="KEY",
        help="leave this key out of the schemas, say foreignKeys")
    options = parser.parse_args()
    listed = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(), re.M))
    if listed != differences.names():
        sys.exit(f"{DOCUMENT.name} and the rules do not list the same: {sorted(listed ^ differences.names())}")
    tally = Tally()
    program = options.programs.resolve() / "sluice"
    seeds = [options.seed] if options.seed is not None else range(options.first, options.first + options.seeds)
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="sluice-differential-") as scratch:
            Trial(seed, pathlib.Path(scratch), program, tally, options.without, options.seed is not None).run()
    show(tally)
    sys.exit(1 if tally.failures else 0)


class Trial:
    """One seed's schema and table, compared until nothing is left to excuse."""

    def __init__(self, seed, folder, program, tally, without, is_verbose):
        source = random.Random(seed)
        self.seed, self.folder, self.program, self.tally, self.is_verbose = seed, folder, program, tally, is_verbose
        self.schema = table_schemas.make(source)
        for key in without:
            self.schema.pop(key, None)
        self.readers = verdicts.CellReaders(self.schema)
        self.fields = {field["name"]: field for field in self.schema["fields"]}
        self.columns = {name: index for index, name in enumerate(self.fields)}
        self.rows = self.readable(tables.make(source, self.schema))

    def readable(self, rows):
        """Frictionless ends on some cells, so that nothing is said of their file: they become empty."""
        for row in rows:
            for index, (field, cell) in enumerate(zip(self.schema["fields"], row)):
                try:
                    self.readers.rules(field, cell.text)
                    self.readers.key(field, cell.text)
                except Exception:
                    row[index] = tables.Cell("", False)
                    self.tally.failed_cells += 1
        return rows

    def run(self):
        tally = self.tally
        tally.seeds += 1
        tally.rows += len(self.rows)
        tally.cells += sum(map(len, self.rows))
        for comparison in range(ROUNDS):
            plugin = tables.write(self.folder, self.schema, self.rows)
            try:
                ours = verdicts.of_sluice(self.program, self.folder, plugin)
                theirs = verdicts.of_frictionless(self.folder, self.schema)
            except Exception as failure:
                self.fail(repr(failure))
                return
            tally.comparisons += 1
            if comparison == 0:
                tally.bad_rows += ours.bad_row_count
                tally.bad_cells += len({mark[:2] for mark in ours.marks if mark[1]})
                tally.agreed.update(mark[2] for mark in ours.marks & theirs.marks)
            if self.is_verbose:
                self.show(comparison, ours, theirs)
            doubtful = self.compare(ours, theirs)
            if not doubtful:
                tally.settled_rows += len(self.rows)
                tally.settled_bad_rows += ours.bad_row_count
                tally.settled_bad_cells += len({mark[:2] for mark in ours.marks if mark[1]})
                return
            self.rows = [row for number, row in enumerate(self.rows, 2) if number not in doubtful]
            if not self.rows:
                return
        self.fail(f"not settled in {ROUNDS} comparisons")

    def fail(self, text):
        self.tally.failures.append(f"seed {self.seed}: {text}")

    def show(self, comparison, ours, theirs):
        print(f"-- comparison {comparison + 1}")
        for name in ("table-schema.json", "table.csv") if comparison == 0 else ("table.csv",):
            print((self.folder / name).read_text())
        print("sluice only:", sorted(ours.marks - theirs.marks, key=str))
        print("frictionless only:", sorted(theirs.marks - ours.marks, key=str))

    # Comparison

    def compare(self, ours, theirs):
        """Notes what is excused and what nothing explains; the numbers of the rows that must go before the rest can be
        compared, none when all agrees or something is unexplained."""
        failures = len(self.tally.failures)
        odd = ours.marks ^ theirs.marks
        doubtful = set()
        # Sluice lists the first rows of a finding: of later ones' cells nothing is known until these are gone.
        for (column, rule), last in ours.listed_to.items():
            odd = {mark for mark in odd if mark[1] != column or mark[0] <= last}
            doubtful |= {mark[0] for mark in ours.marks if mark[1:] == (column, rule)}
        odd |= {mark for mark in ours.marks | theirs.marks if mark[2] in ("blank", "ragged")}
        touched = self.judge_cells(odd, ours, theirs, doubtful)
        self.judge_keys(odd - (ours.marks & theirs.marks), ours, touched, doubtful)
        if len(self.tally.failures) > failures:
            return set()
        if not doubtful and ours.bad_row_count != theirs.bad_row_count:
            self.fail(f"{ours.bad_row_count} bad rows by sluice, {theirs.bad_row_count} by frictionless")
        return doubtful

    def judge_cells(self, odd, ours, theirs, doubtful):
        """Columns in which something was excused: their keys are compared later."""
        touched = set()
        for number in sorted({mark[0] for mark in odd}):
            row = self.rows[number - 2]
            name = differences.of_row(row, self.schema, ours.of_row(number), theirs.of_row(number))
            if name:
                self.excuse(name, number, doubtful)
                touched |= set(self.fields)
                continue
            for column in sorted({mark[1] for mark in odd if mark[0] == number and mark[1] and mark[2] != "unique"}):
                if self.judge_cell(number, column, ours, theirs, doubtful):
                    touched.add(column)
        return touched

    def judge_cell(self, number, column, ours, theirs, doubtful):
        row = self.rows[number - 2]
        said, other = ours.of_cell(number, column), theirs.of_cell(number, column)
        if self.columns[column] >= len(row):
            self.fail(f"row {number}, {column}: there is no such cell")
            return False
        cell = row[self.columns[column]]
        name = differences.of_cell(self.case(column, cell, said))
        if name:
            self.excuse(name, number, doubtful)
            return True
        self.fail(
            f"row {number}, {column}: {self.fields[column]} {cell.text!r}: sluice {sorted(said)}, "
            f"frictionless {sorted(other)}")
        return False

    def judge_keys(self, odd, ours, touched, doubtful):
        later = []
        for mark in sorted(odd, key=str):
            number, column, rule = mark
            if number in doubtful or column and rule != "unique":
                continue
            involved = differences.columns_of(column, rule, self.schema)
            name = differences.of_key(self.rows[number - 2], mark[1:], self.schema, ours.of_row(number))
            others = self.with_other_values(involved)
            if name:
                self.excuse(name, number, doubtful)
            elif others:
                for row, name in others.items():
                    if row not in doubtful:
                        self.excuse(name, row, doubtful)
            else:
                later.append((number, column, rule, involved, mark in ours.marks))
        for number, column, rule, involved, is_ours in later:
            if not involved & touched and not doubtful:
                side = "sluice" if is_ours else "frictionless"
                self.fail(f"row {number}, {column or 'the row'}: {rule} by {side} only")

    def with_other_values(self, columns):
        """Numbers of the rows whose cells in these columns are good to both sides and have another value to each: what
        Sluice takes off them is part of a text, or Frictionless takes off too much."""
        found = {}
        for number, row in enumerate(self.rows, 2):
            for name in columns:
                if self.columns[name] >= len(row):
                    continue
                field, cell = self.fields[name], row[self.columns[name]]
                text = self.text_of(name, cell)
                plain = differences.plain_number(self.case(name, cell, set()))
                if text != cell.text:
                    found[number] = "blanks_around"
                elif plain is not None:
                    bare = {key: value for key, value in field.items() if key not in ("bareNumber", "groupChar")}
                    if self.readers.read(field, text)[0] != self.readers.read(bare, plain)[0]:
                        found[number] = "text_round_a_number"
        return found

    def excuse(self, name, number, doubtful):
        self.tally.excused[name] += 1
        doubtful.add(number)

    def text_of(self, column, cell):
        """The cell as Sluice reads it."""
        field, text = self.fields[column], cell.text.strip(differences.BLANKS)
        is_text = field["type"] in ("string", "any") and cell.is_quoted
        return cell.text if is_text and text not in table_schemas.missing_values(field, self.schema) + [""] else text

    def case(self, column, cell, said):
        field = self.fields[column]
        return differences.Case(
            field=field, missing=table_schemas.missing_values(field, self.schema),
            is_in_primary_key=column in self.schema.get("primaryKey", []), cell=cell.text,
            text=self.text_of(column, cell), is_quoted=cell.is_quoted, sluice=said, reread=self.readers.rules)


def show(tally):
    print(f"{tally.seeds} seeds, {tally.comparisons} comparisons: {tally.rows} rows, {tally.cells} cells; "
          f"{tally.bad_rows} rows and {tally.bad_cells} cells bad")
    print(f"agreed in the end: {tally.settled_rows} rows, {tally.settled_bad_rows} of them and "
          f"{tally.settled_bad_cells} cells bad; {tally.failed_cells} cells emptied on which Frictionless fails")
    print("  agreed at once: " + ", ".join(f"{rule} {count}" for rule, count in tally.agreed.most_common()))
    for name, count in sorted(tally.excused.items()):
        print(f"  {count:6} excused: {name}")
    print(f"{len(tally.failures)} differences that nothing explains")
    for failure in tally.failures:
        print("  " + failure)


if __name__ == "__main__":
    main()
