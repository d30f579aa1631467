"""Every cell of a workbook's first sheet through openpyxl in read-only mode: police_openpyxl.py FILE.xlsx

Reading is all that it does: no type is asked for, nothing is checked, nothing kept. That is the least that any program
around openpyxl has to pay. Prints one JSON object; `seconds` begins after the imports.
"""

import json
import sys
import time

import openpyxl


def main():
    begun = time.perf_counter()
    book = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True)
    rows = cells = 0
    for row in book.worksheets[0].iter_rows(values_only=True):
        rows += 1
        cells += sum(value is not None for value in row)
    book.close()
    seconds = time.perf_counter() - begun
    # The first row holds the headings.
    print(json.dumps({"rows": rows - 1, "cells": cells, "seconds": seconds}))


if __name__ == "__main__":
    main()
