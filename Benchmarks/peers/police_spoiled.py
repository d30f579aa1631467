"""Spoils the made-up police file: police_spoiled.py IN.csv ROWS OUT.csv. The same file gives the same file.

One row in a hundred gets one cell that breaks a check, each check in turn; one in a thousand gets the reference of
another row. No row gets both, and all other rows stay as they are: so many rows are bad, and no others.
"""

import sys

import numpy


def bad_count(rows):
    return rows // 100


def duplicate_count(rows):
    return rows // 1000


# The column, from 0, and what it then holds. Column 2 is quoted and is left alone.
SPOILS = [
    (0, ""),  # the key is missing
    (1, "ZZZ"),
    (3, "32/13/2025 25:61"),
    (4, "01/01/2020 00:00"),  # before the crime began
    (5, "01/01/2020"),  # before the crime
    (6, "Q01000000"),
    (7, "E05ABCDEF"),
    (8, "ELSEWHERE"),
    (10, "Q"),
    (11, "200"),
    (11, "forty"),
    (12, "ZZ"),
    (13, "?"),
    (14, "?"),
    (15, "99"),
]


def changes(rows):
    """Column and new text of each row that changes, by row from 0."""
    order = numpy.random.default_rng(11).permutation(rows)
    bad, duplicates = bad_count(rows), duplicate_count(rows)
    spoiled, copies, originals = numpy.split(order[: bad + 2 * duplicates], [bad, bad + duplicates])
    changed = {int(row): SPOILS[turn % len(SPOILS)] for turn, row in enumerate(spoiled)}
    # `police_csv.py` numbers its references by row.
    changed |= {int(row): (0, f"54/{original:07d}/25") for row, original in zip(copies, originals, strict=True)}
    return changed


def spoil(line, column, text):
    before, quoted, after = line.split('"')
    if column < 2:
        cells = before.split(",")
        cells[column] = text
        before = ",".join(cells)
    else:
        # `after` begins with the comma behind column 2.
        end = after[len(after.rstrip("\r\n")) :]
        cells = after.rstrip("\r\n").split(",")
        cells[column - 2] = text
        after = ",".join(cells) + end
    return f'{before}"{quoted}"{after}'


def main():
    source, rows, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    changed = changes(rows)
    with open(source, newline="") as lines, open(target, "w", newline="") as file:
        file.write(next(lines))
        for row, line in enumerate(lines):
            file.write(spoil(line, *changed[row]) if row in changed else line)


if __name__ == "__main__":
    main()
