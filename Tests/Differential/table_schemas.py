"""Table Schemas made from a seed: every type, format and constraint that both sides know.

What one side refuses in a schema is left out here and listed in docs/table-schema.md: `any` formats, `topojson`, bounds
of a duration, `jsonSchema`, `unique` and keys of JSON values, formats of a year.
"""

import datetime
import decimal

KEYABLE = ["string", "integer", "number", "boolean", "date", "datetime", "time", "year", "yearmonth"]
TYPES = KEYABLE + ["object", "array", "list", "duration", "geopoint", "geojson", "any"]
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
WEIGHTS = [6, 5, 6, 2, 4, 4, 3, 2, 2, 2, 2, 4, 2, 3, 1, 1]

STRING_FORMATS = ["email", "uri", "binary", "uuid"]
DATE_FORMATS = ["%d/%m/%Y", "%Y%m%d", "%d.%m.%y", "%d %b %Y", "%m-%d-%Y", "%d%m%Y", "%b-%d-%y"]
DATETIME_FORMATS = ["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S.%f", "%d-%b-%Y %H:%M"]
TIME_FORMATS = ["%H:%M", "%H%M", "%H.%M.%S", "%H:%M:%S.%f"]
PATTERNS = [
    "[A-Z]{2}[0-9]{1,3}", "a+b*", "(ab|cd)+", "[^0-9]+", r"\d{3}-\d{2}", "x?y?z?", ".{2,4}", r"[a-f\-]+", r"\S+",
    "(a|b)?c", "[0-9A-F]*", r"\w+", "a|bc", "[€é]+x",
]
WORDS = ["a", "b", "ab", "abc", "AB12", "cd", "cdab", "bc", "xyz", "Zoë", "naïve", "€", "日本", "x y", "0", "01",
         "1",
         "true", "null", "a_b", "AB1", "123-45", "c", "ac", "F0", "e\u0301", "🙂"]


def make(random):
    """A schema of the standard, in which the field `month` comes first."""
    fields = [{"name": "month", "type": "yearmonth", "constraints": {"required": True}}]
    for number in range(random.randint(1, 6)):
        kind = random.choices(TYPES, WEIGHTS)[0]
        fields.append(_field(random, f"f{number + 1}", kind))
    schema = {"$schema": "https://datapackage.org/profiles/2.0/tableschema.json", "fields": fields}
    if random.random() < 0.3:
        schema["missingValues"] = random.choice([["", "NA"], ["", "-", "n/a"], ["NA"], [], ["", "0"], ["", "N A"]])
    _add_keys(random, schema)
    for field in fields:
        _clear_of_missing_values(field, schema)
    return schema


def missing_values(field, schema):
    return field.get("missingValues", schema.get("missingValues", [""]))


def _field(random, name, kind):
    field = {"name": name, "type": kind}
    constraints = {}
    globals().get(f"_add_{kind}", lambda *_: None)(random, field, constraints)
    if random.random() < 0.25:
        constraints["required"] = True
    if kind in KEYABLE and random.random() < 0.2:
        constraints["unique"] = True
    if constraints:
        field["constraints"] = constraints
    if random.random() < 0.12:
        field["missingValues"] = random.choice([["-"], ["", "NA", "-"], ["", "999"], []])
    return field


def _clear_of_missing_values(field, schema):
    """Sluice refuses a schema in which a value that is allowed or has a meaning is also missing."""
    constraints = field.get("constraints", {})
    missing = missing_values(field, schema)
    for owner, key in [(constraints, "enum"), (field, "trueValues"), (field, "falseValues")]:
        if key in owner:
            owner[key] = [value for value in owner[key] if str(value) not in missing]
            if not owner[key]:
                del owner[key]
    if field["type"] == "boolean" and "0" in missing:
        field["missingValues"] = [""]


# Types


def _add_string(random, field, constraints):
    if random.random() < 0.35:
        field["format"] = random.choice(STRING_FORMATS)
    if random.random() < 0.3:
        constraints["minLength"] = random.randint(0, 4)
    if random.random() < 0.3:
        constraints["maxLength"] = random.randint(constraints.get("minLength", 0), 12)
    if random.random() < 0.3:
        constraints["pattern"] = random.choice(PATTERNS)
    if "format" not in field and random.random() < 0.25:
        constraints["enum"] = random.sample(WORDS, random.randint(1, 5))


def _add_integer(random, field, constraints):
    if random.random() < 0.2:
        field["bareNumber"] = random.random() < 0.3
    if random.random() < 0.2:
        field["groupChar"] = random.choice([",", " ", "'", "."])
    _add_bounds(random, constraints, lambda: random.choice([0, 1, -1, 5, 10, 100, -7, 2**31, 2**53 + 1, 10**17]), 1)
    if random.random() < 0.15:
        constraints["enum"] = sorted(set(random.choices(range(-2, 12), k=4)))


def _add_number(random, field, constraints):
    if random.random() < 0.3:
        field["bareNumber"] = random.random() < 0.3
    if random.random() < 0.3:
        field["decimalChar"] = random.choice([",", ".", "·"])
    if random.random() < 0.3:
        choices = [mark for mark in [",", " ", "'", "."] if mark != field.get("decimalChar", ".")]
        field["groupChar"] = random.choice(choices)
    _add_bounds(random, constraints, lambda: random.choice([0, 1, -1, 0.5, 2.25, -3.125, 100, 1000.5]), 0.125)
    if random.random() < 0.12:
        constraints["enum"] = sorted(set(random.choices([0, 1, 0.5, 2.25, -3.125, 10], k=3)))


def _add_boolean(random, field, constraints):
    if random.random() < 0.4:
        field["trueValues"] = random.choice([["yes"], ["Y", "y"], ["1"], ["wahr", "ja"]])
        field["falseValues"] = random.choice([["no"], ["N", "n"], ["0"], ["nein"]])
    if random.random() < 0.15:
        constraints["enum"] = [random.choice(field.get("trueValues", ["true"]))]


def _add_date(random, field, constraints):
    if random.random() < 0.5:
        field["format"] = random.choice(DATE_FORMATS)
    pattern = field.get("format", "%Y-%m-%d")
    _add_bounds(
        random, constraints, lambda: _day(random), datetime.timedelta(days=1), lambda day: day.strftime(pattern))
    if random.random() < 0.1:
        constraints["enum"] = sorted({_day(random).strftime(pattern) for _ in range(3)})


def _add_datetime(random, field, constraints):
    if random.random() < 0.5:
        field["format"] = random.choice(DATETIME_FORMATS)
    pattern = field.get("format", "%Y-%m-%dT%H:%M:%S")
    _add_bounds(
        random, constraints, lambda: datetime.datetime.combine(_day(random), _clock(random, pattern)),
        datetime.timedelta(days=1), lambda time: time.strftime(pattern))


def _add_time(random, field, constraints):
    if random.random() < 0.5:
        field["format"] = random.choice(TIME_FORMATS)
    pattern = field.get("format", "%H:%M:%S")
    if random.random() < 0.4:
        lower, upper = sorted(_clock(random, pattern) for _ in range(2))
        if lower < upper:
            constraints[random.choice(["minimum", "exclusiveMinimum"])] = lower.strftime(pattern)
            if random.random() < 0.5:
                constraints[random.choice(["maximum", "exclusiveMaximum"])] = upper.strftime(pattern)


def _add_year(random, field, constraints):
    _add_bounds(
        random, constraints, lambda: random.choice([1, 1900, 1999, 2000, 2024, 9999]), 1, lambda year: f"{year:04}")


def _add_yearmonth(random, field, constraints):
    if random.random() < 0.4:
        constraints["minimum"] = random.choice(["1999-12", "2000-01", "2023-06"])
    if random.random() < 0.4:
        constraints["maximum"] = random.choice(["2023-06", "2024-02", "2030-12"])


def _add_object(random, field, constraints):
    if random.random() < 0.4:
        constraints["minLength"] = random.randint(0, 2)
    if random.random() < 0.4:
        constraints["maxLength"] = random.randint(2, 3)


_add_array = _add_object


def _add_list(random, field, constraints):
    if random.random() < 0.7:
        field["itemType"] = random.choice(["string", "integer", "number", "boolean", "date", "datetime", "time"])
    if random.random() < 0.5:
        field["delimiter"] = random.choice([";", "|", "::", ","])
    _add_object(random, field, constraints)


def _add_geopoint(random, field, constraints):
    field["format"] = random.choice(["default", "array", "object"])


# Bounds


def _add_bounds(random, constraints, value, step, text=lambda bound: bound):
    """Bounds between which there is something. Of a lower and an upper bound each may be exclusive, or both kinds."""
    lower = value() if random.random() < 0.35 else None
    upper = value() if random.random() < 0.35 else None
    if lower is not None and upper is not None and upper - lower <= step:
        upper = None
    for bound, inclusive, exclusive in [(lower, "minimum", "exclusiveMinimum"), (upper, "maximum", "exclusiveMaximum")]:
        if bound is None:
            continue
        keys = random.choice([[inclusive], [inclusive], [exclusive], [inclusive, exclusive]])
        for key in keys:
            constraints[key] = text(bound)


def _day(random):
    days = [(1999, 12, 31), (2000, 2, 29), (2024, 1, 1), (2024, 2, 29), (2023, 6, 15), (2025, 12, 31)]
    return datetime.date(*random.choice(days))


def _clock(random, pattern):
    hour, minute, second = random.choice([(0, 0, 0), (9, 5, 0), (12, 0, 30), (23, 59, 59), (15, 44, 33)])
    return datetime.time(hour, minute, second if "%S" in pattern else 0)


# Keys


def _add_keys(random, schema):
    fields = [field for field in schema["fields"] if field["type"] in KEYABLE]
    names = [field["name"] for field in fields]
    if random.random() < 0.3:
        key = random.sample(names, random.randint(1, min(3, len(names))))
        schema["primaryKey"] = key
        if random.random() < 0.6:
            for field in fields:
                if field["name"] in key:
                    field.setdefault("constraints", {})["required"] = True
    if random.random() < 0.25:
        schema["uniqueKeys"] = []
        for _ in range(random.randint(1, 2)):
            key = random.sample(names, random.randint(1, min(2, len(names))))
            others = schema["uniqueKeys"] + [schema.get("primaryKey", [])]
            if not any(sorted(key) == sorted(other) for other in others):
                schema["uniqueKeys"].append(key)
        if not schema["uniqueKeys"]:
            del schema["uniqueKeys"]
    if random.random() < 0.25:
        pairs = [(a, b) for a in fields for b in fields if a is not b and _shape(a) == _shape(b)]
        if pairs:
            a, b = random.choice(pairs)
            schema["foreignKeys"] = [{"fields": [a["name"]], "reference": {"resource": "", "fields": [b["name"]]}}]
            others = [name for name in names if name not in (a["name"], b["name"])]
            if others and random.random() < 0.3:
                schema["foreignKeys"][0]["fields"].append(others[0])
                schema["foreignKeys"][0]["reference"]["fields"].append(others[0])


def _shape(field):
    """Fields of one shape may refer to each other."""
    return field["type"]


def exact(text):
    return decimal.Decimal(str(text))
