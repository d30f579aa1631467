"""The first rows of the made-up police file as a workbook: police_xlsx.py IN.csv ROWS OUT.xlsx

Moments and dates are cells of that kind, ages and outcomes are numbers, all else is text, as a crime system's own
export has them. Written with openpyxl in write-only mode: one sheet, texts in the cells themselves.
"""

import csv
import datetime
import itertools
import sys

import openpyxl


def moment(text):
    return datetime.datetime.strptime(text, "%d/%m/%Y %H:%M")


def day(text):
    return datetime.datetime.strptime(text, "%d/%m/%Y").date()


KINDS = {
    "CommittedFrom": moment,
    "CommittedTo": moment,
    "RecordedDate": day,
    "VictimAge": int,
    "Outcome": int,
}


def main():
    source, count, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Recorded crime")
    with open(source, newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        sheet.append(header)
        kinds = [KINDS.get(name, str) for name in header]
        for row in itertools.islice(reader, count):
            sheet.append([kind(text) for kind, text in zip(kinds, row, strict=True)])
    book.save(target)


if __name__ == "__main__":
    main()
