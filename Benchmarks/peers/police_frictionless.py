"""Field checks in Frictionless, the reference implementation of Table Schema: police_frictionless.py FILE.csv

Types, lists, patterns, ranges and the unique reference. Rules across fields are left out, and so is minimising: they
would only take it longer. Prints one JSON object; `seconds` begins after the imports.
"""

import json
import pathlib
import sys
import time

import frictionless

MOMENT, DAY = "%d/%m/%Y %H:%M", "%d/%m/%Y"


def field(name, kind="string", form=None, **constraints):
    described = {"name": name, "type": kind, "constraints": constraints}
    return described | ({"format": form} if form else {})


SCHEMA = {
    "fields": [
        field("CrimeRef", required=True, unique=True),
        field(
            "OffenceCode",
            enum=["105A", "8N", "8P", "28A", "30C", "34B", "66", "10D", "10C", "105B", "5D", "4.1", "1", "2", "37.2",
                  "195"],
        ),
        field("OffenceDesc"),
        field("CommittedFrom", "datetime", MOMENT),
        field("CommittedTo", "datetime", MOMENT),
        field("RecordedDate", "date", DAY),
        field("LSOA", pattern="[EW]01[0-9]{6}"),
        field("Ward", pattern="[EW]05[0-9]{6}"),
        field(
            "LocationType",
            enum=["PUBLIC PLACE", "DWELLING", "LICENSED PREMISES", "SCHOOL", "TRANSPORT", "OTHER"],
        ),
        field("Weapon"),
        field("VictimSex", enum=["M", "F", "U", "X"]),
        field("VictimAge", "integer", minimum=0, maximum=120),
        field("VictimEthnicity", enum=["W1", "W2", "M1", "A1", "A2", "B1", "B2", "O9", "NS"]),
        field("KnifeFlag", enum=["Y", "N"]),
        field("DAFlag", enum=["Y", "N"]),
        field("Outcome", "integer", minimum=1, maximum=22),
    ]
}


def main():
    path = pathlib.Path(sys.argv[1])
    begun = time.perf_counter()
    # Frictionless trusts a path only below a base folder that it was told of.
    resource = frictionless.Resource(
        path=path.name, basepath=str(path.parent), schema=frictionless.Schema.from_descriptor(SCHEMA)
    )
    report = resource.validate(limit_errors=1_000_000)
    seconds = time.perf_counter() - begun
    task = report.tasks[0]
    # One row may have several errors.
    bad = {error.row_number for error in task.errors if hasattr(error, "row_number")}
    if not task.stats.get("rows"):
        sys.exit("Frictionless read no row")
    print(json.dumps({"rows": task.stats["rows"], "bad": len(bad), "seconds": seconds}))


if __name__ == "__main__":
    main()
