"""Holds the tables of limits and of counters in the documentation against the sources.  check_limits.py ROOT

Each row of docs/GUARANTEES.md names a constant: its value must be the one said; a counter that is named must be one.
docs/OPERATIONS.md says of every counter what it counts.
"""
import pathlib
import re
import sys

UNITS = {"KiB": 1024, "MiB": 1024 * 1024, "s": 1000, "": 1}


def definitions(root):
    """Names of constants and all the expressions that they stand for."""
    found = {}
    for top in ("include", "src"):
        for file in (root / top).rglob("*.[ch]"):
            text = re.sub(r"/\*.*?\*/", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL).replace("\\\n", " ")
            for name, value in re.findall(r"#define\s+([A-Z_]+)\s+(\(?[0-9][0-9 *<()]*\)?)", text):
                found.setdefault(name, set()).add(value)
            for name, value in re.findall(r"\b([A-Z_]+)\s*=\s*([0-9][0-9 *<()]*?)\s*[,}\n]", text):
                found.setdefault(name, set()).add(value)
    return found


def said(text):
    number, unit = re.fullmatch(r"([0-9,]+) ?(KiB|MiB|s|)", text).groups()
    return int(number.replace(",", "")) * UNITS[unit]


def main(root):
    constants = definitions(root)
    counters = set(re.findall(r"X\((\w+), \"", (root / "include/slad/base/counters.h").read_text(encoding="utf-8")))
    rows = re.findall(r"^\| [^|]* \| ([^|]*) \| `([A-Z_]+)` \| [^|]* \| ([^|]*?) ?\|$",
                      (root / "docs/GUARANTEES.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    wrong = [] if len(rows) > 30 else [f"only {len(rows)} rows were found"]
    for limit, name, counter in rows:
        values = {eval(value) for value in constants.get(name, ())}
        if said(limit) not in values:
            wrong.append(f"{name}: {limit} is said, and the sources have {sorted(values) or 'none of that name'}")
        if counter and counter.strip("` ") not in counters:
            wrong.append(f"{name}: there is no counter {counter}")
    told = set(re.findall(r"^\| `(\w+)` \| [^|]* \|$", (root / "docs/OPERATIONS.md").read_text(encoding="utf-8"), re.MULTILINE))
    wrong += [f"docs/OPERATIONS.md does not say what {counter} counts" for counter in sorted(counters - told)]
    print("\n".join(wrong) or f"{len(rows)} limits are as they are said")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
