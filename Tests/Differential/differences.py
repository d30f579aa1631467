"""The deliberate differences, each of which excuses exactly its own case. docs/table-schema.md gives the reasons.

A rule of a cell is asked when the two sides do not name the same broken rules of it. Most rewrite the cell as Sluice
reads it and hold only if Frictionless then says what Sluice said; the others need a reader of their own to find the
cell wrong (or right) for the reason that the rule names.
"""

import dataclasses
import datetime
import functools
import ipaddress
import json
import re
import unicodedata

import table_schemas

#: What Sluice takes off both ends of a cell, but for quoted texts.
BLANKS = " \t"
#: Blanks that a line is not broken at, and others beyond ASCII, and marks that show nothing.
HARD_BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
MARKS = "\u200b\u200c\u200d\u2060\ufeff"
NUMERIC = ("integer", "number")
TEMPORAL = ("date", "datetime", "time", "year", "yearmonth")
DEFAULTS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S", "time": "%H:%M:%S"}


@dataclasses.dataclass
class Case:
    """A cell that the two sides judge differently."""
    field: dict
    #: Its missing values.
    missing: list
    is_in_primary_key: bool
    #: As it stands in the file, and as Sluice reads it: without blanks round it where those mean nothing.
    cell: str
    text: str
    is_quoted: bool
    #: Rules that the cell breaks.
    sluice: set
    #: (field, text) to the rules that Frictionless finds broken.
    reread: callable

    def theirs(self, text=None, **changes):
        """What Frictionless says of another text, or of a field that differs in some keys (None removes one)."""
        field = {**self.field, **changes}
        return self.reread(
            {key: value for key, value in field.items() if value is not None}, self.text if text is None else text)

    @property
    def kind(self):
        return self.field["type"]

    @property
    def format(self):
        return self.field.get("format", "default")

    @property
    def is_refused_by_sluice_only(self):
        """Sluice reads no value of the type from it and Frictionless does."""
        return self.sluice == {"type"} and "type" not in self.theirs()

    @property
    def is_read_by_sluice_only(self):
        return "type" not in self.sluice and self.theirs() == {"type"}


#: What `of_row` and `of_key` excuse.
OTHER_RULES = (
    "blank_row", "ragged_row", "trailing_delimiters", "nothing_in_a_key", "key_said_once", "not_a_number_is_itself",
    "zones_in_keys")


def names():
    return {rule.__name__ for rule in CELL_RULES} | set(OTHER_RULES)


def of_cell(case):
    """The name of the difference that the cell is a case of, or None."""
    for rule in CELL_RULES:
        if rule(case):
            return rule.__name__
    return None


# Cells of any type


def blanks_around(case):
    return case.cell != case.text and case.theirs() == case.sluice


def hard_blanks_around(case):
    """Pages and exports put no-break spaces and marks of no width at the ends of cells."""
    text = case.text.strip(BLANKS + HARD_BLANKS + MARKS)
    if text == case.text or case.is_refused_by_sluice_only:
        return False
    return case.theirs(text) == case.sluice or of_cell(dataclasses.replace(case, cell=text, text=text)) is not None


def unreadable_character(case):
    has_tab = "\t" in case.text and not case.is_quoted
    return case.sluice == {"characters"} and (has_tab or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", case.cell) is not None)


def empty_cell(case):
    return case.text.strip(BLANKS) == "" and "" not in case.missing and case.sluice == _rules_of_nothing(case)


def primary_key_part(case):
    """Each part of a primary key is required, and not only one of them."""
    is_missing = case.is_in_primary_key and case.text in case.missing + [""]
    return is_missing and case.sluice == {"required"} and not case.theirs()


def _rules_of_nothing(case):
    return {"required"} if case.field.get("constraints", {}).get("required") or case.is_in_primary_key else set()


# What Python reads as a number


def digits_of_other_scripts(case):
    ascii_text = "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in case.text)
    kinds = NUMERIC + TEMPORAL + ("geopoint",)
    return case.kind in kinds and ascii_text != case.text and case.is_refused_by_sluice_only and (
        case.theirs(ascii_text) == case.theirs())


def underscores(case):
    kinds = NUMERIC + ("year", "yearmonth", "geopoint")
    return case.kind in kinds and "_" in case.text and case.is_refused_by_sluice_only


def other_spaces_around(case):
    """Line ends, no-break spaces and the like."""
    return case.kind in NUMERIC + ("yearmonth", "geopoint") and case.text.strip() != case.text and (
        case.is_refused_by_sluice_only and case.theirs(case.text.strip()) == case.theirs())


def special_numbers(case):
    """`NaN`, `INF` and `-INF` are numbers; other spellings are not."""
    return case.kind == "number" and case.is_refused_by_sluice_only and (
        re.fullmatch(r"[+-]?(inf|infinity|s?nan\d*)", case.text, re.I) is not None
        and re.fullmatch(r"nan|-?inf", case.text, re.I) is None)


def not_a_number_said_once(case):
    """What is no number lies within no bounds: of two it is said of the lower."""
    return case.kind == "number" and case.text.lower() == "nan" and "lower" in case.sluice and (
        "upper" not in case.sluice and case.theirs() == case.sluice | {"upper"})


def integer_groups(case):
    """Frictionless knows no groups in whole numbers."""
    group = case.field.get("groupChar", "")
    if case.kind != "integer" or not group or not case.field.get("bareNumber", True):
        return False
    return group in case.text and case.theirs(_without_groups(case.text, group)) == case.sluice


def groups_anywhere(case):
    """A group mark stands before each three digits of the whole part."""
    group, mark = case.field.get("groupChar", ""), case.field.get("decimalChar", ".")
    strict = rf"[+-]?({_whole(group)}({re.escape(mark)}\d*)?|{re.escape(mark)}\d+)([eE][+-]?\d+)?"
    return case.kind == "number" and group != "" and group in case.text and case.field.get("bareNumber", True) and (
        case.is_refused_by_sluice_only and re.fullmatch(strict, case.text, re.A) is None)


def text_round_a_number(case):
    """Of a number with other text round it that text is taken off, and a minus sign before the text is kept."""
    if case.kind not in NUMERIC or case.field.get("bareNumber", True):
        return False
    if case.kind == "number" and re.fullmatch(r"nan|-?inf", case.text, re.I):
        return case.sluice == case.theirs(bareNumber=None, groupChar=None, decimalChar=None)
    core = _core(case)
    return case.sluice == ({"type"} if core is None else case.theirs(core, bareNumber=None, groupChar=None))


def _core(case):
    """The number in the text, without groups; None when there is none or more than one."""
    mark = re.escape(case.field.get("decimalChar", "."))
    number = _whole(case.field.get("groupChar", ""))
    if case.kind == "number":
        number = rf"(?:{number}(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d+)?"
    found = re.search(rf"([+\-\u2212]?)({number})", case.text, re.A)
    if not found or re.search(r"\d", case.text[found.end():], re.A):
        return None
    sign = found[1] or (case.text[0] if case.text[0] in "-\u2212" and found.start() > 0 else "")
    digits = _without_groups(found[2], case.field.get("groupChar", ""))
    return ("-" if sign in ("-", "\u2212") and sign else "") + digits


def plain_number(case):
    """The number that is meant, where other text may stand round it; else None."""
    if case.kind not in NUMERIC or case.field.get("bareNumber", True):
        return None
    return _core(case)


def _whole(group):
    """The pattern of a whole number, in groups of three digits or in none."""
    return rf"(?:\d{{1,3}}(?:{re.escape(group)}\d{{3}})+|\d+)" if group else r"\d+"


def _without_groups(text, group):
    return re.sub(rf"(?<=\d){re.escape(group)}(?=\d)", "", text) if group else text


# Dates and times


def years(case):
    """A year has four digits, from 0001."""
    return case.kind == "year" and case.is_refused_by_sluice_only and (
        re.fullmatch(r"(?!0000)\d{4}", case.text, re.A) is None)


def yearmonths(case):
    return case.kind == "yearmonth" and case.is_refused_by_sluice_only and (
        re.fullmatch(r"(?!0000)\d{4}-\d{1,2}", case.text, re.A) is None)


def months_beyond_today(case):
    """The month that a file is of: none that has not begun, and none before 1900."""
    if case.kind != "yearmonth" or case.theirs():
        return False
    found = re.fullmatch(r"(\d{4})-(\d{1,2})", case.text, re.A)
    today = datetime.date.today()
    if not found:
        return False
    if case.sluice == {"sluice.notInFuture"}:
        return (int(found[1]), int(found[2])) > (today.year, today.month)
    return case.sluice == {"period"} and int(found[1]) < 1900


def midnights_behind(case):
    """Spreadsheets and databases write a midnight behind a date, and thousandths behind a time."""
    if case.kind in ("date", "yearmonth"):
        text = re.sub(r"[T ]0?0:00(:00(\.0+)?)?$", "", case.text)
    elif case.kind in ("datetime", "time"):
        text = re.sub(r"(:\d\d)\.0+$", r"\1", case.text)
    else:
        return False
    return text != case.text and "type" in case.theirs() and case.theirs(text) == case.sluice


def written_as_numbers(case):
    """`34.0` for 34, and what keeps a spreadsheet from reading a cell as a number: `="8N"`, `'8N`."""
    text = re.sub(r"\.0+$", "", re.sub(r'^="(.*)"$|^\'(.*)$', lambda found: found[1] or found[2] or "", case.text))
    return text != case.text and "type" not in case.sluice and case.theirs() != case.sluice == case.theirs(text)


def lenient_strptime(case):
    """Letters of the format in another case, several blanks for one, a blank before a day, digits that run together."""
    if case.kind not in DEFAULTS or case.format == "default" and case.kind != "date":
        return False
    pattern = DEFAULTS[case.kind] if case.format == "default" else case.format
    if not case.is_refused_by_sluice_only:
        return False
    runs_together = re.search("%[YymdHMS]%[ymdHMS]", pattern) and len(case.text) < len(_moment_as(pattern))
    return bool(runs_together) or re.fullmatch(_grammar(pattern), case.text, re.A) is None


def _moment_as(pattern):
    return datetime.datetime(2000, 1, 1).strftime(pattern)


@functools.cache
def _grammar(pattern):
    parts = {"Y": r"\d{4}", "y": r"\d{2}", "b": "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", "f": r"\d+",
             "z": r"(?:Z|[+-]\d{2}:?\d{2})"}
    return re.sub(
        r"%(.)|([^%]+)", lambda part: parts.get(part[1], r"\d{1,2}+") if part[1] else re.escape(part[2]), pattern)


def datetime_forms(case):
    """XML Schema's form: `T` between date and time, a full stop before a fraction, a zone of hours and minutes."""
    strict = r"\d{4}-\d{1,2}-\d{1,2}T\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?"
    return case.kind == "datetime" and case.format == "default" and case.is_refused_by_sluice_only and (
        re.fullmatch(strict, case.text, re.A) is None)


def zones_beyond_fourteen_hours(case):
    found = re.search(r"[+-](\d{2}):?(\d{2})$", case.text, re.A)
    return case.kind in ("datetime", "time") and found is not None and case.is_refused_by_sluice_only and (
        int(found[1]) * 60 + int(found[2]) > 14 * 60)


def times_with_more(case):
    """`hh:mm:ss` and nothing after it; no hour 24."""
    return case.kind == "time" and case.format == "default" and case.is_refused_by_sluice_only and (
        re.fullmatch(r"\d{2}:\d{2}:\d{2}[.,Z+-].*|24:.*", case.text, re.A) is not None)


def one_digit_parts(case):
    """Spreadsheets drop leading zeros."""
    if case.kind not in ("datetime", "time") or case.format != "default" or "type" not in case.theirs():
        return False
    date, mark, clock = case.text.rpartition("T")
    padded = re.sub(r"(?<!\d)\d(?!\d)", lambda digit: "0" + digit[0], date) + mark + re.sub(
        r"(?<![\d.])\d(?!\d)", lambda digit: "0" + digit[0], clock)
    return padded != case.text and case.theirs(padded) == case.sluice


def long_fractions(case):
    """Databases write seven and nine digits."""
    cut = re.sub(r"(\.\d{6})\d+", r"\1", case.text)
    return case.kind in ("datetime", "time") and cut != case.text and case.theirs(cut) == case.sluice


def two_digit_years(case):
    """A year of two digits is the latest that is not to come."""
    if case.kind not in ("date", "datetime") or "%y" not in case.format:
        return False
    whole = case.format.replace("%y", "%Y")
    constraints = {
        key: _of_this_century(value, case.format, whole) if key in table_schemas.BOUNDS
        else [_of_this_century(item, case.format, whole) for item in value] if key == "enum" else value
        for key, value in case.field.get("constraints", {}).items()}
    text = _of_this_century(case.text, case.format, whole)
    return text is not None and case.theirs(text, format=whole, constraints=constraints) == case.sluice


def _of_this_century(text, pattern, whole):
    try:
        moment = datetime.datetime.strptime(text, pattern)
    except ValueError:
        return None
    if moment.year > datetime.date.today().year:
        moment = moment.replace(year=moment.year - 100)
    return moment.strftime(whole)


def durations(case):
    """XML Schema's form: no weeks, no plus, a fraction of seconds only, something after `P` and after `T`."""
    strict = r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
    return case.kind == "duration" and case.is_refused_by_sluice_only and not re.fullmatch(strict, case.text, re.A)


# Texts


def patterns(case):
    """The whole value matches, alternatives too, and `\\d` and `\\w` are of ASCII."""
    pattern = case.field.get("constraints", {}).get("pattern")
    if case.kind != "string" or pattern is None:
        return False
    matches = re.compile(f"(?:{pattern})", re.A).fullmatch(case.text) is not None
    theirs = case.theirs()
    return ("pattern" in case.sluice) != matches and case.sluice ^ theirs == {"pattern"}


def base64_texts(case):
    """Whole groups of four characters, of the alphabet only."""
    strict = r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)"
    return case.kind == "string" and case.format == "binary" and case.is_refused_by_sluice_only and (
        re.fullmatch(strict, case.text) is None)


def uuids(case):
    """Hexadecimal digits in groups of 8, 4, 4, 4 and 12, and nothing round them."""
    return case.kind == "string" and case.format == "uuid" and case.is_refused_by_sluice_only and (
        re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", case.text) is None)


def uris(case):
    """The grammar of RFC 3986, which knows ASCII only."""
    return case.kind == "string" and case.format == "uri" and case.is_refused_by_sluice_only and not _is_uri(case.text)


def _is_uri(text):
    piece = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
    parts = re.fullmatch(
        r"[A-Za-z][A-Za-z0-9+.\-]*:(?://(?P<authority>[^/?#]*))?"
        rf"(?:{piece}|/)*(?:\?(?:{piece}|[/?])*)?(?:#(?:{piece}|[/?])*)?",
        text)
    if parts is None:
        return False
    authority = parts["authority"]
    if authority is None:
        return True
    host = re.fullmatch(
        r"(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*@)?"
        r"(?:\[(?P<six>[^\]]*)\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::\d*)?", authority)
    if host is None:
        return False
    if host["six"] is None:
        return True
    try:
        ipaddress.IPv6Address(host["six"])
    except ValueError:
        return re.fullmatch(r"[vV][0-9A-Fa-f]+\..+", host["six"]) is not None
    return True


def mail_addresses(case):
    """ASCII only, with a domain of letters, digits and hyphens that does not end in a number."""
    if case.kind != "string" or case.format != "email":
        return False
    if _is_address(case.text):
        return case.theirs() == {"type"} and case.sluice == case.theirs(format=None)
    return case.is_refused_by_sluice_only


def _is_address(text):
    local, _, domain = text.rpartition("@")
    labels = domain.split(".")
    label = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    atom = r"[\w!#$%&'*+\-/=?^`{|}~]+"
    is_local = len(local) <= 64 and re.fullmatch(rf'{atom}(\.{atom})*|"([^"\\]|\\.)+"', local, re.A) is not None
    return is_local and len(labels) >= 2 and not labels[-1].isdigit() and all(
        re.fullmatch(label, part) for part in labels)


# JSON


def json_constants(case):
    """`NaN` and `Infinity` are no JSON."""
    kinds = ("object", "array", "geojson", "geopoint")
    return case.kind in kinds and case.is_refused_by_sluice_only and not _is_json(case.text)


def _is_json(text):
    def refuse(_):
        raise ValueError
    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True


def doubled_members(case):
    """A name that stands twice counts twice."""
    if case.kind != "object" or "type" in case.theirs():
        return False
    sizes = []
    json.loads(case.text, object_pairs_hook=lambda pairs: sizes.append(len(pairs)) or dict(pairs))
    constraints = case.field.get("constraints", {})
    broken = {name for name, is_broken in [
        ("minLength", sizes[-1] < constraints.get("minLength", 0)),
        ("maxLength", sizes[-1] > constraints.get("maxLength", sizes[-1]))] if is_broken}
    return sizes[-1] != len(json.loads(case.text)) and case.sluice == broken


def geopoints(case):
    """Two numbers, of which none is a text or a truth value, under names that stand once."""
    return case.kind == "geopoint" and case.is_refused_by_sluice_only and not _is_geopoint(case)


def _is_geopoint(case):
    if case.format == "default":
        number = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
        return all(re.fullmatch(number, part.strip(BLANKS), re.A) for part in case.text.split(","))
    pairs = []
    value = json.loads(case.text, object_pairs_hook=lambda members: pairs.extend(members) or dict(members))
    if case.format == "object":
        value = [number for _, number in pairs]
    return isinstance(value, list) and not (case.format == "array" and pairs) and len(value) == 2 and all(
        type(number) in (int, float) for number in value)


def geojson_objects(case):
    """What RFC 7946 asks for beyond the shape: closed rings, boxes of two corners, no member of another kind."""
    return case.kind == "geojson" and case.is_refused_by_sluice_only and _breaks_rfc_7946(json.loads(case.text))


def long_positions(case):
    """A position may have a height, and more numbers are advised against but no mistake."""
    if case.kind != "geojson" or "type" not in case.theirs() or not _is_json(case.text):
        return False
    value = json.loads(case.text)
    short = _with_short_positions(value)
    return short != value and case.theirs(json.dumps(short)) == case.sluice


def _with_short_positions(value):
    if isinstance(value, dict):
        return {name: _with_short_positions(member) for name, member in value.items()}
    if isinstance(value, list):
        is_position = all(isinstance(item, (int, float)) for item in value)
        return value[:2] if is_position else [_with_short_positions(item) for item in value]
    return value


def _breaks_rfc_7946(value):
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    geometry = ("coordinates", "geometries")
    foreign = {"Feature": geometry + ("features",), "FeatureCollection": geometry + ("geometry", "properties")}
    if any(name in value for name in foreign.get(kind, ("geometry", "properties", "features"))):
        return True
    if "bbox" in value and (len(value["bbox"]) < 4 or len(value["bbox"]) % 2):
        return True
    if kind == "Feature" and type(value.get("id", "")) not in (str, int, float):
        return True
    rings = {"Polygon": [value.get("coordinates")], "MultiPolygon": value.get("coordinates")}.get(kind, [])
    if any(ring[0] != ring[-1] for polygon in rings for ring in polygon):
        return True
    parts = value.get("features", []) + value.get("geometries", []) + [value.get("geometry")]
    return any(map(_breaks_rfc_7946, parts))


# Lists


def list_items(case):
    """Blanks round an item are not part of it, and each item is judged as a cell of its type."""
    if case.kind != "list":
        return False
    mark = case.field.get("delimiter", ",")
    items = [item.strip(BLANKS) for item in case.text.split(mark)]
    joined = mark.join(items)
    if case.theirs(joined) == case.sluice:
        return joined != case.text
    own = [_item_case(case, item) for item in items]
    if case.sluice == {"type"}:
        return "type" not in case.theirs(joined) and any(of_cell(item) for item in own)
    # All items are read: those that Frictionless refuses must each be excused, and the rest goes by their number.
    for item in own:
        item.sluice = set()
    excused = [bool(item.theirs()) for item in own]
    if not any(excused) or any(is_odd and not of_cell(item) for is_odd, item in zip(excused, own)):
        return False
    return case.sluice == case.theirs(mark.join(["x"] * len(items)), itemType="string")


def _item_case(case, text):
    field = {"name": case.field["name"], "type": case.field.get("itemType", "string"), "missingValues": []}
    return Case(
        field=field, missing=[""], is_in_primary_key=False, cell=text, text=text, is_quoted=False, sluice={"type"},
        reread=case.reread)


CELL_RULES = [
    blanks_around, hard_blanks_around, unreadable_character, empty_cell, primary_key_part, digits_of_other_scripts, underscores,
    other_spaces_around, special_numbers, not_a_number_said_once, integer_groups, groups_anywhere, text_round_a_number,
    years, yearmonths, months_beyond_today, midnights_behind, written_as_numbers, lenient_strptime, datetime_forms, zones_beyond_fourteen_hours, times_with_more, one_digit_parts,
    long_fractions, two_digit_years, durations, patterns, base64_texts, uuids, uris, mail_addresses, json_constants,
    doubled_members, geopoints, geojson_objects, long_positions, list_items,
]


# Rows


def of_row(row, schema, ours, theirs):
    """The name of the difference that the whole row is a case of, or None. Marks are without the row's number."""
    if (None, "blank") in ours | theirs:
        return "blank_row" if _is_blank(row, schema) else None
    if (None, "ragged") in theirs:
        extra = row[len(schema["fields"]):]
        if ours == {(None, "ragged")}:
            # Frictionless counts its values among the keys.
            return "ragged_row" if ours != theirs or _has_keys(schema) else None
        if extra and not any(cell.text.strip(BLANKS) for cell in extra):
            return "trailing_delimiters"
    return None


def _has_keys(schema):
    is_unique = any(field.get("constraints", {}).get("unique") for field in schema["fields"])
    return is_unique or any(key in schema for key in ("primaryKey", "uniqueKeys", "foreignKeys"))


def _is_blank(row, schema):
    """No cell has a value."""
    missing = [table_schemas.missing_values(field, schema) + [""] for field in schema["fields"]]
    return all(cell.text.strip(BLANKS) in values for cell, values in zip(row, missing))


# Keys


def of_key(row, mark, schema, ours):
    """The name of the difference that a broken key is a case of, or None. `ours` are the row's marks by Sluice."""
    column, rule = mark
    nothing = {name for name, broken in ours if broken in ("required", "type", "characters")}
    cells = {field["name"]: cell for field, cell in zip(schema["fields"], row)}
    missing = {
        field["name"] for field in schema["fields"]
        if cells[field["name"]].text.strip(BLANKS) in table_schemas.missing_values(field, schema) + [""]}
    if mark not in ours:
        if column and schema.get("primaryKey") == [column] and (None, "primaryKey") in ours:
            return "key_said_once"
        if rule == "primaryKey" and nothing & set(schema["primaryKey"]):
            return "nothing_in_a_key"
        referring = {name for key in schema.get("foreignKeys", []) for name in key["fields"]}
        if rule == "foreignKeys" and (nothing | missing) & referring:
            return "nothing_in_a_key"
        return None
    texts = [cells[name].text.strip(BLANKS) for name in columns_of(column, rule, schema)]
    kinds = {field["name"]: field["type"] for field in schema["fields"]}
    numbers = [cells[name].text for name in columns_of(column, rule, schema) if kinds[name] == "number"]
    if any(re.search("nan", text, re.I) for text in numbers):
        return "not_a_number_is_itself"
    if any(re.search(r"T.*(Z|[+-]\d\d:?\d\d)$", text) for text in texts):
        return "zones_in_keys"
    return None


def columns_of(column, rule, schema):
    if column:
        return {column}
    if rule == "primaryKey":
        return set(schema["primaryKey"])
    if rule == "uniqueKeys":
        return {name for key in schema["uniqueKeys"] for name in key}
    if rule == "foreignKeys":
        return {name for key in schema["foreignKeys"] for name in key["fields"] + key["reference"]["fields"]}
    return set()
