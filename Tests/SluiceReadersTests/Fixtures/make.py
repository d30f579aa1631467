#!/usr/bin/env python3
"""Makes the fixtures of SluiceReadersTests with writers that are not ours. Needs openpyxl.

All data is invented.  Run it in this folder; the files are checked in, so that tests need no Python.
"""
import datetime
import gzip
import io
import zipfile

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

CSV = "id,when,code\r\n" + "".join(f"CR{n:06d},2024-05-{n % 28 + 1:02d},{n % 7}N\r\n" for n in range(300))
WHEN = (2024, 5, 1, 12, 0, 0)


class Unseekable(io.RawIOBase):
    """A pipe: sizes follow the data."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def zips():
    methods = {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2,
               "lzma": zipfile.ZIP_LZMA, "streamed": zipfile.ZIP_DEFLATED, "large-headers": zipfile.ZIP_DEFLATED}
    for name, method in methods.items():
        target = Unseekable(name + ".zip") if name == "streamed" else name + ".zip"
        with zipfile.ZipFile(target, "w", method) as archive:
            for member, text in {"data/Crimes.csv": CSV, "Notes 2024.csv": "a,b\n1,2\n"}.items():
                info = zipfile.ZipInfo(member, WHEN)
                info.compress_type = method
                with archive.open(info, "w", force_zip64=name == "large-headers") as out:
                    out.write(text.encode())
    with open("crimes.csv", "wb") as out:
        out.write(CSV.encode())
    half = len(CSV) // 2
    with open("members.gz", "wb") as out:
        for part in (CSV[:half], CSV[half:]):
            out.write(gzip.compress(part.encode(), mtime=0))


def workbook():
    book = Workbook()
    sheet = book.active
    sheet.title = "Stop & Search 2024"
    sheet["A1"] = "Extract of invented records"
    sheet.merge_cells("A1:D1")
    sheet.append(["Ref", "When", "Day", "Clock", "Count", "Share", "Text number", "Flag", "Rich", "Formula", "Error"])
    rows = [
        ["CR000001", datetime.datetime(2024, 2, 29, 23, 59, 58), datetime.date(2024, 2, 29), datetime.time(7, 5), 12,
         0.1 + 0.2, "007", True, "plain", "=E3*2", "=1/0"],
        ["CR, \"two\"", datetime.datetime(1999, 12, 31), datetime.date(1900, 3, 1), datetime.time(0, 0), -3, 1e-7,
         "  padded ", False, None, None, None],
        ["line\nbreak", None, None, None, 123456789012, 2.5, "£ é 漢", None, None, None, None],
    ]
    for row in rows:
        sheet.append(row)
    sheet["I3"] = CellRichText("bold ", TextBlock(InlineFont(b=True), "and"), " plain")
    sheet["A3"].font = Font(bold=True)
    sheet["D3"].number_format = "hh:mm"
    sheet["C4"].number_format = '[$-809]dd" day of "mmmm\\ yyyy;@'
    sheet.row_dimensions[4].hidden = True
    hidden = book.create_sheet("Lookup")
    hidden.sheet_state = "hidden"
    hidden.append(["code", "label"])
    hidden.append([1, "one"])
    very = book.create_sheet("Very")
    very.sheet_state = "veryHidden"
    book.create_chartsheet("Chart")
    last = book.create_sheet("Last")
    last["C3"] = "x"
    book.properties.created = book.properties.modified = datetime.datetime(2024, 5, 1)
    book.save("types.xlsx")

    old = Workbook()
    old.epoch = datetime.datetime(1904, 1, 1)
    old.active.append(["Day"])
    old.active.append([datetime.date(2024, 5, 1)])
    old.properties.created = old.properties.modified = datetime.datetime(2024, 5, 1)
    old.save("since-1904.xlsx")


zips()
workbook()
