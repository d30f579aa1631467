"""Tables made from a seed for a schema, and the files in which both sides get them."""

import dataclasses
import json

import cells
import table_schemas

ROWS = 24


@dataclasses.dataclass(frozen=True)
class Cell:
    text: str
    is_quoted: bool


def make(random, schema):
    """Rows of cells; some ragged, blank or repeated."""
    rows = []
    for _ in range(random.randint(1, ROWS)):
        chance = random.random()
        if rows and chance < 0.04:
            rows.append(random.choice(rows))
        elif chance < 0.06:
            rows.append([Cell("", False) for _ in schema["fields"]])
        else:
            rows.append([_cell(random, field, schema, index, rows) for index, field in enumerate(schema["fields"])])
        if random.random() < 0.04:
            rows[-1] = _ragged(random, rows[-1])
    return rows


def _cell(random, field, schema, index, rows):
    source = index
    chance = 0.1 if field["name"] in _key_fields(schema) or field.get("constraints", {}).get("unique") else 0.02
    for key in schema.get("foreignKeys", []):
        if field["name"] in key["fields"]:
            target = key["reference"]["fields"][key["fields"].index(field["name"])]
            source = [other["name"] for other in schema["fields"]].index(target)
            chance = 0.7
    if rows and random.random() < chance:
        earlier = random.choice(rows)
        if source < len(earlier):
            return earlier[source]
    if field["name"] == "month" and random.random() < 0.8:
        text = cells.good(random, field)
    else:
        text = cells.make(random, field, schema)
    return Cell(text, any(mark in text for mark in ',"\n\r') or random.random() < 0.1)


def _key_fields(schema):
    keys = [schema.get("primaryKey", [])] + schema.get("uniqueKeys", [])
    return {name for key in keys for name in key}


def _ragged(random, row):
    return random.choice([row[:-1], row + [Cell("", False)], row + [Cell("x", False)], row + [Cell("", False)] * 2])


# Files


def write(folder, schema, rows):
    """The table as `table.csv`, the schema as `table-schema.json`, and a plugin of it named `generated`."""
    lines = [[Cell(field["name"], False) for field in schema["fields"]]] + rows
    text = "".join(",".join(map(_written, line)) + "\n" for line in lines)
    (folder / "table.csv").write_bytes(text.encode())
    (folder / "table-schema.json").write_text(json.dumps(schema, ensure_ascii=False, indent=1))
    plugin = folder / "generated"
    dataset = plugin / "datasets" / "table"
    dataset.mkdir(parents=True, exist_ok=True)
    (plugin / "plugin.yaml").write_text(
        "plugin: generated\nversion: 1.0.0\ntitle: Generated\nkinds: [police]\ndatasets: [table]\n"
        "sources: [made from a seed]\n")
    (dataset / "mapping.yaml").write_text(
        "event: offence\ndialect: {delimiters: [\",\"], encodings: [utf-8], headerWithinRows: 1, footers: []}\n"
        "period: none\nreplace: append\ntolerance: {rejectedPercent: 100}\nmap: {month: month}\n")
    # JSON is YAML.
    (dataset / "schema.yaml").write_text(json.dumps(_with_own_keys(schema), ensure_ascii=False, indent=1))
    return plugin


def _written(cell):
    return '"' + cell.text.replace('"', '""') + '"' if cell.is_quoted else cell.text


def _with_own_keys(schema):
    fields = []
    for field in schema["fields"]:
        treatment = "keep" if field["name"] == "month" else "drop"
        fields.append({**field, "sluice": {"class": "N", "treatment": treatment}})
    return {**schema, "fields": fields}
