"""Cells made from a seed for a field: good ones, ones near a rule's edge, and bad ones."""

import base64
import datetime
import json
import re
import uuid

import table_schemas

ODD = "0123456789+-.,eE:/TZ _%£'\"()abcXYZ;|{}[]é€\u00a0٣５−日\n\t"

NUMBERS = ["0", "1", "-1", "+1", "007", "-0", "+0", "12", "123", "1234567", "9999999999999999999",
           "-9223372036854775808", "123456789012345678901234567890", "10", "5", "4", "6", "99", "100", "101"]
DECIMALS = ["0.5", ".5", "5.", "-.5", "+.5", "1.0", "1.000", "01.50", "2.25", "2.2500000001", "2.2499999999", "-3.125",
            "1e3", "1E3", "1e+3", "1e-3", "1.5e2", "100.0001", "99.9999", "1e400", "-1e400", "0.12345678901234567890"]
NOT_NUMBERS = ["", "-", "+", ".", "e5", "1e", "1e+", "--1", "+-1", "1-", "1,", ",1", "1,,0", "1 000", "1_000", "0x1F",
               "٣", "５", "½", "1.2.3", "1,000", "1,0,0", "12,34.5", "1.000,5", "1'000", "NaN", "nan", "INF", "-INF",
               "+INF", "inf", "Infinity", "-Infinity", "sNaN", "NaN1", "£5", "-£5", "£-5", "5%", "5 %", "EUR 95",
               "95 EUR", "(5)", "5-", "€.5", "~5", "5.x", "a1b2", "1e5x", "−5", "£ 1,000.50", "abc", "1\u00a0000",
               "true", "5.0", "1e0"]
BOOLEANS = ["true", "True", "TRUE", "1", "false", "False", "FALSE", "0", "yes", "no", "Y", "N", "y", "n", "ja", "nein",
            "wahr", "tRUE", "2", "on", "01", "t"]
DATES = ["2024-02-29", "2023-02-29", "2024-2-9", "2024-02-30", "0001-01-01", "0000-01-01", "9999-12-31", "10000-01-01",
         "24-01-01", "2024-13-01", "2024-00-10", "2024-01-00", "2024/01/02", "2024-01-02T00:00:00", "20240102",
         "29/02/2024", "29/02/2023", "1/2/2024", "01/02/24", "29.02.68", "29.02.69", "01.01.00", "02 Jan 2024",
         "2 JAN 2024", "02 Sept 2024", "02 January 2024", "2024-01- 2", " 2024-01-02", "٢٠٢٤-01-02", "2024-W01-1",
         "2024-001", "-2024-01-01", "2024-01-02Z", "01-31-2024", "31-01-2024", "1112024", "112024", "jan-05-24"]
TIMES = ["00:00:00", "23:59:59", "24:00:00", "23:59:60", "9:05:00", "09:5:00", "09:05", "09:05:00Z", "09:05:00+01:00",
         "09:05:00.5", "09:05:00.123456789", "09:05:00,5", "0905", "090500", "25:00:00", "12:60:00", "12:00:61",
         "9.5.1", "09.05.00", "12:00:30", "12:00:31", "12:00:29", "15:44:33.000", "15:44:33.001", "945", "1:2:3.4",
         "T09:05:00"]
DATETIMES = ["2024-01-02T03:04:05", "2024-01-02 03:04:05", "2024-01-02t03:04:05", "2024-01-02T03:04",
             "2024-01-02T24:00:00", "2024-12-31T24:00:00", "2024-01-02T24:00:01", "2024-01-02T03:04:60",
             "2024-01-02T3:04:05", "2024-1-2T03:04:05", "2024-01-02T03:04:05.", "2024-01-02", "20240102T030405",
             "2024-02-30T00:00:00", "0000-01-01T00:00:00", "02/01/2024 03:04", "2/1/2024 3:4", "20240102030405",
             "2024-01-02 03:04:05.678", "2024-01-02 03:04:05.6789012", "02-Jan-2024 03:04", "02-jan-2024 03:04",
             "2024-01-02T03:04:05 ", "2024-01-02T03:04:05.000", "2024-01-02T03:04:05,5"]
ZONED = ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05+01:00", "2024-01-02T03:04:05+0100", "2024-01-02T03:04:05z",
         "2024-01-02T03:04:05.678Z", "2024-01-02T03:04:05-14:00", "2024-01-02T03:04:05+15:00", "2024-01-02T03:04:05+01",
         "2024-01-02T03:04:05+25:00", "2024-01-02T03:04:05+01:60", "2024-01-02T02:04:05Z"]
YEARS = ["2024", "0001", "0000", "9999", "10000", "24", "-2024", "+2024", "2024Z", "2024.0", "20 4", "2_24", "٢٠٢٤",
         "1999", "2000", "2001", "1900", "-001", " 201"]
YEARMONTHS = ["2024-01", "2024-12", "2024-13", "2024-00", "2024-1", "24-01", "0000-01", "0001-01", "9999-12",
              "2024-001", "2024/01", "202401", "2024-01-01", "-2024-01", "2024 - 1", "2023-06", "2023-05", "2023-07",
              "2024-02", "2024-03", "1999-12", "1999-11", "2024-01Z", "2_024-01", "10000-01"]
EMAILS = ["a@example.org", "a.b+c@example.co.uk", "a@b", "a@@example.org", "@example.org", "a@", "a..b@example.org",
          '"a b"@example.org', "a@[127.0.0.1]", "a@example.org.", "a@-example.org", "zoë@example.org",
          "a@exämple.org",
          "a@example.123", "a b@example.org", "a@localhost", "A@EXAMPLE.ORG", "a_b@example.org", "a@ex_ample.org",
          "o'neil@example.org", ".a@example.org", "a.@example.org", "a@example.o", "a" * 65 + "@example.org"]
URIS = ["http://example.org", "https://example.org/a?b=c#d", "urn:isbn:0451450523", "mailto:a@example.org", "/relative",
        "example.org", "http://", "http:///path", "http://[::1]/", "http://[::g]/", "http://ex ample.org",
        "http://exämple.org", "a:b", "1a:b", "http://example.org:80/", "http://example.org:x/", "http://a/%zz",
        "http://a/%20", "file:///etc", "://a", "http://a#b#c", "http://user:pw@h/", "http://a/<b>", "tel:+44",
        "http://a|b/", "http://300.1.1.1/", "x+y-z.1:q"]
BINARIES = ["", "YQ==", "YWI=", "YWJj", "YWJjZA", "YQ=", "=YQ=", "YQ==YQ==", "Y Q==", "Y-_=", "YWJ*", "++//", "a", "ab",
            "abc", "abcd", "YR==", "===="]
UUIDS = ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000",
         "123e4567e89b12d3a456426614174000", "{123e4567-e89b-12d3-a456-426614174000}",
         "urn:uuid:123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-42661417400",
         "123e4567-e89b-12d3-a456-42661417400g", "00000000-0000-0000-0000-000000000000",
         "ffffffff-ffff-ffff-ffff-ffffffffffff", "123e-4567e89b-12d3-a456-426614174000"]
OBJECTS = ["{}", '{"a":1}', '{"a":1,"b":2}', '{"a":1,"a":2}', "[]", '{"a":1,}', "{'a':1}", '{"a":NaN}', '{"a":1e400}',
           '{"a":"\\u00e9"}', '{"a":"\\ud800"}', "null", '"x"', '{"a":[1,{"b":null}]}', '{"a":01}', ' {"a":1} ', "{",
           '{"a"}', '{"a":1,"b":2,"c":3,"d":4}', '{"":0}', '{"a":-Infinity}', '{"a":"\t"}', '{"a":.5}']
ARRAYS = ["[]", "[1]", "[1,2]", "[1,2,3,4]", '["a","b"]', "{}", "[1,]", "[NaN]", "[Infinity]", "1", "null", "[[1],[2]]",
          "[01]", "[1 2]", " [1] ", "[", '["\\x"]', "[true,null]", "[1.]", "[-]"]
DURATIONS = ["P1Y", "P1Y2M3DT4H5M6S", "PT0S", "P", "PT", "P1DT", "-P1D", "+P1D", "P1W", "P1.5D", "PT1.5S", "PT.5S",
             "PT1,5S", "P1D2M", "p1d", "P1M", "PT1M", "1Y", "P-1D", "P0D", "P1Y1W", "PT1S1M", "P0003-06-04T12:30:05",
             "PT36H", "P1H", "PT1.S", "P99999999999Y"]
GEOPOINTS = {
    "default": ["90.50, 45.50", "0,0", "180,90", "-180,-90", "180.0001,0", "0,90.1", "1", "1,2,3", "a,b", "1;2", ",1",
                "1,", " 1 , 2 ", "1e1,2", "NaN,1", "INF,1", "+1,-2", "1_0,2", ".5,5.", "90,45 "],
    "array": ["[90.50, 45.50]", "[0,0]", "[180,90]", "[181,0]", "[0,-91]", '["1","2"]', "[1]", "[1,2,3]", "[true,1]",
              '{"a":1,"b":2}', "1,2", "[NaN,1]", "[null,1]", '"12"', "[1e1,2]", '["1_0",2]'],
    "object": ['{"lon": 90.50, "lat": 45.50}', '{"lat":1,"lon":2}', '{"lon":181,"lat":0}', '{"lon":1}',
               '{"lon":"1","lat":"2"}', '{"lon":1,"lat":2,"x":3}', "[1,2]", '{"Lon":1,"Lat":2}', '{"lon":true,"lat":1}',
               '{"lon":1,"lat":null}', '{"lon":NaN,"lat":0}', '{"lon":1,"lat":2,"lat":3}'],
}
GEOJSON = ['{"type":"Point","coordinates":[1,2]}', '{"type":"Point","coordinates":[1]}', '{"type":"Point"}',
           '{"type":"X"}', '{"type":"LineString","coordinates":[[0,0],[1,1]]}',
           '{"type":"LineString","coordinates":[[0,0]]}',
           '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}',
           '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}',
           '{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}', '{"type":"Polygon","coordinates":[]}',
           '{"type":"MultiPoint","coordinates":[]}', '{"type":"Feature","geometry":null,"properties":null}',
           '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":1}}',
           '{"type":"Feature","properties":{}}', '{"type":"FeatureCollection","features":[]}', "{}", "[]",
           '{"type":"FeatureCollection"}',
           '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[0,0]}]}',
           '{"type":"Point","coordinates":["1","2"]}', '{"type":"Point","coordinates":[1,2,3,4,5]}',
           '{"type":"Point","coordinates":[1,2],"bbox":[1,2]}', '{"type":"Point","coordinates":[1,2],"bbox":[1,2,3,4]}',
           '{"type":"Point","coordinates":[1,2],"features":[]}', '{"type":"Point","coordinates":[500,200]}',
           '{"type":"Feature","id":true,"geometry":null,"properties":null}', "not json",
           '{"type":"Point","coordinates":[]}']

ITEMS = {"string": table_schemas.WORDS, "integer": NUMBERS, "number": DECIMALS + NUMBERS, "boolean": BOOLEANS,
         "date": DATES, "datetime": DATETIMES, "time": TIMES}
ODD_CELLS = {
    "string": table_schemas.WORDS, "integer": NUMBERS + NOT_NUMBERS, "number": NUMBERS + DECIMALS + NOT_NUMBERS,
    "boolean": BOOLEANS, "date": DATES, "datetime": DATETIMES, "time": TIMES, "year": YEARS, "yearmonth": YEARMONTHS,
    "object": OBJECTS, "array": ARRAYS, "duration": DURATIONS, "geojson": GEOJSON, "any": table_schemas.WORDS,
}
TEXTS = {"email": EMAILS, "uri": URIS, "binary": BINARIES, "uuid": UUIDS}


def make(random, field, schema):
    """One cell, as its text."""
    chance = random.random()
    if chance < 0.06:
        return random.choice(table_schemas.missing_values(field, schema) + ["", "NA", "-"])
    if chance < 0.30:
        return random.choice(_odd(field))
    if chance < 0.38:
        return _mutated(random, good(random, field))
    if chance < 0.50:
        return _near_bound(random, field)
    return good(random, field)


def _odd(field):
    if field["type"] == "geopoint":
        return GEOPOINTS[field["format"]]
    if field["type"] == "list":
        return [joined for item in ITEMS[field.get("itemType", "string")] for joined in _lists(field, item)]
    if field["type"] == "datetime" and "format" not in field and not _is_compared(field):
        return DATETIMES + ZONED
    return TEXTS.get(field.get("format"), ODD_CELLS.get(field["type"], []))


def _is_compared(field):
    """Frictionless cannot compare a time with a zone to one without."""
    return any(key in field.get("constraints", {}) for key in table_schemas.BOUNDS)


def _lists(field, item):
    mark = field.get("delimiter", ",")
    return [item, item + mark + item, item + mark, mark + item, item + mark + " " + item, item + mark * 2 + item]


def _mutated(random, text):
    """A good cell with one character more, fewer or other."""
    place = random.randrange(len(text) + 1)
    odd = random.choice(ODD)
    kind = random.randrange(5)
    if kind == 0:
        return text[:place] + odd + text[place:]
    if kind == 1:
        return text[:place] + text[place + 1:]
    if kind == 2:
        return text[:place] + odd + text[place + 1:]
    if kind == 3:
        return random.choice([" ", "  ", "\t", "\u00a0", ""]) + text + random.choice([" ", "\t", "\n", "\u3000"])
    return text.swapcase()


# Good cells


def good(random, field):
    values = field.get("constraints", {}).get("enum")
    if values and random.random() < 0.8:
        return _localised(field, str(random.choice(values)))
    kind = field["type"]
    if kind == "string":
        return _text(random, field)
    if kind == "integer":
        return _localised(field, str(random.randint(*random.choice([(-3, 12), (0, 10**6), (0, 10**18)]))))
    if kind == "number":
        return _localised(field, str(random.choice([random.randint(-3, 12), random.randint(-5000, 2 * 10**6) / 1000])))
    if kind == "boolean":
        return random.choice(field.get("trueValues", BOOLEANS[:4]) + field.get("falseValues", BOOLEANS[4:8]))
    if kind == "date":
        return _moment(random).strftime(field.get("format", "%Y-%m-%d"))
    if kind == "datetime":
        return _with_fraction(random, _moment(random).strftime(field.get("format", "%Y-%m-%dT%H:%M:%S")))
    if kind == "time":
        return _with_fraction(random, _moment(random).strftime(field.get("format", "%H:%M:%S")))
    if kind == "year":
        return f"{random.choice([1, 1999, 2000, 2024, random.randint(1, 9999)]):04}"
    if kind == "yearmonth":
        return _moment(random).strftime("%Y-%m")
    if kind == "object":
        return json.dumps({name: random.randint(0, 9) for name in random.sample("abcd", random.randint(0, 3))})
    if kind == "array":
        return json.dumps([random.randint(0, 9) for _ in range(random.randint(0, 3))])
    if kind == "list":
        item = {"name": "", "type": field.get("itemType", "string")}
        return field.get("delimiter", ",").join(good(random, item) for _ in range(random.randint(1, 3)))
    if kind == "duration":
        return random.choice(["P1Y", "P2M", "P3DT4H", "PT5M6.5S", f"P{random.randint(0, 99)}D"])
    if kind == "geopoint":
        lon, lat = random.randint(-1800, 1800) / 10, random.randint(-900, 900) / 10
        texts = {"default": f"{lon},{lat}", "array": f"[{lon}, {lat}]", "object": json.dumps({"lon": lon, "lat": lat})}
        return texts[field["format"]]
    if kind == "geojson":
        return json.dumps({"type": "Point", "coordinates": [random.randint(-9, 9), random.randint(-9, 9)]})
    return random.choice(table_schemas.WORDS)


def _with_fraction(random, text):
    """Now and then another part of a second, where the form has one."""
    fraction = random.choice(["", "", "", ".0", ".5", ".500", ".25"])
    if text.endswith(".000000") and fraction:
        return text[:-7] + fraction
    return text + fraction if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text) else text


def _text(random, field):
    kind = field.get("format")
    if kind == "email":
        return f"{random.choice(['a', 'b.c', 'd-e'])}{random.randint(0, 99)}@example.org"
    if kind == "uri":
        return f"https://example.org/{random.randint(0, 99)}"
    if kind == "binary":
        return base64.b64encode(random.randbytes(random.randint(1, 6))).decode()
    if kind == "uuid":
        return str(uuid.UUID(int=random.getrandbits(128)))
    return random.choice(table_schemas.WORDS + [f"w{random.randint(0, 50)}"])


def _moment(random):
    day = datetime.datetime(random.choice([1999, 2000, 2023, 2024, 2030]), random.randint(1, 12), random.randint(1, 28))
    if random.random() < 0.1:
        day = datetime.datetime(2024, 2, 29)
    return day + datetime.timedelta(seconds=random.randrange(86_400))


def _localised(field, number):
    """A plain number as the field's own marks write it."""
    if field["type"] not in ("integer", "number"):
        return number
    whole, _, fraction = number.partition(".")
    if len(whole) > 4 and field.get("groupChar"):
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        whole = sign + f"{int(digits):,}".replace(",", field["groupChar"])
    text = whole + (field.get("decimalChar", ".") + fraction if fraction else "")
    return text if field.get("bareNumber", True) else text + " %"


def _near_bound(random, field):
    constraints = field.get("constraints", {})
    bounds = [constraints[key] for key in table_schemas.BOUNDS if key in constraints]
    if not bounds:
        return good(random, field)
    bound = random.choice(bounds)
    if field["type"] == "integer":
        return _localised(field, str(int(bound) + random.choice([-1, 0, 0, 1])))
    if field["type"] == "number":
        step = random.choice(["-0.001", "0", "0", "0.001", "0.0000001", "-0.0000001", "1e-30"])
        return _localised(field, f"{table_schemas.exact(bound) + table_schemas.exact(step):f}")
    if field["type"] in ("date", "datetime", "time") and "%y" not in field.get("format", ""):
        defaults = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S", "time": "%H:%M:%S"}
        pattern = field.get("format", defaults[field["type"]])
        moment = datetime.datetime.strptime(bound, pattern)
        step = datetime.timedelta(days=1) if field["type"] == "date" else datetime.timedelta(minutes=1)
        text = (moment + random.choice([-1, 0, 0, 1]) * step).strftime(pattern)
        return _with_fraction(random, text) if pattern == defaults["datetime"] and "format" not in field else text
    return str(bound)
