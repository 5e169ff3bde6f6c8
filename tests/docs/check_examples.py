"""Holds the YAML examples of the documents against `slad check`.  check_examples.py SLAD DOCS

Read are the DOCUMENTS below; one that is not there is passed over, except the first. Looked at are fenced blocks:

  ```yaml        must be right, without a warning
  ```yaml-wrong  must be refused; a comment "# says: TEXT" in it must stand in what is said
  ```yaml-warns  must be right, with warnings in which each "# says: TEXT" stands
  ```yaml-test   a file of tests that `slad test` passes
  ```events      what `slad events` prints of the last ```csv or ```jsonl block, read as by the first input of the last
                 ```yaml block

A block whose first key is one of a file (standards, calendars, a setting) is a whole file. Any other holds keys of one
standard, and is put into one. What else that standard needs is said before the block: <!-- keys: start: a; stop: b -->.
"""
import os
import re
import subprocess
import sys
import tempfile

DOCUMENTS = ["STANDARDS.md", "OPERATIONS.md", "ASTERISK.md", "INPUTS.md", "../README.md"]
FILE_KEYS = {"database", "listen", "inputs", "admin", "retain", "publish", "grace", "max_ahead", "keep_finished", "keep_engine", "include", "timezone",
             "calendars", "standards", "config", "tests"}
# Known to every block that is put into a standard.
AROUND = """timezone: Europe/Riga
calendars:
  office: {hours: {mon-fri: "09:00-17:00"}}
standards:
  example:
"""
FENCE = re.compile(r"^```(\S*)\s*$")
KEYS = re.compile(r"^<!-- keys: (.*) -->$")
SAYS = re.compile(r"# says: (.*?)\s*$")


def blocks(path):
    """Yields (line, language, keys, text) of each fenced block; keys from the comment right before it."""
    keys, language, text, start = "", None, [], 0
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            fence = FENCE.match(line)
            if language is None and fence:
                language, text, start = fence.group(1), [], number
            elif language is None:
                said = KEYS.match(line.strip())
                keys = said.group(1) if said else keys if not line.strip() else ""
            elif fence:
                yield start, language, keys, "".join(text)
                language, keys = None, ""
            else:
                text.append(line)
    if language is not None:
        sys.exit(f"{path}:{start}: this block is never closed")


def first_key(text):
    for line in text.splitlines():
        key = re.match(r"([^\s#:][^:]*):", line)
        if key:
            return key.group(1)
    return ""


def whole(text, keys):
    if first_key(text) in FILE_KEYS:
        return text
    lines = [key.strip() for key in keys.split("; ") if key.strip()] + text.splitlines()
    return AROUND + "".join(f"    {line}\n" for line in lines)


def fault(slad, folder, language, keys, text):
    """What is wrong with this example, or None."""
    path = os.path.join(folder, "slad.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(whole(text, keys))
    command = "test" if language == "yaml-test" else "check"
    run = subprocess.run([slad, command, path], capture_output=True, text=True, encoding="utf-8")
    said = run.stderr.replace(path, "slad.yaml")
    if language == "yaml-test":
        return f"fails:\n{said}{run.stdout}" if run.returncode != 0 else None
    if language == "yaml":
        return f"is not right:\n{said}" if run.returncode != 0 or said else None
    code, meant = (0, "warned of") if language == "yaml-warns" else (1, "wrong")
    if run.returncode != code:
        return f"is meant to be {meant}, and slad check ends with {run.returncode}"
    missing = [word for word in SAYS.findall(text) if word not in said]
    return f"is said to give \"{missing[0]}\", but gives:\n{said}" if missing else None


def fault_of_events(slad, folder, config, records, expected):
    """What is wrong with these events, or None."""
    place = re.search(r"^ *- (?:unix|tcp|file): (.*)$", config, re.MULTILINE).group(1)
    path = os.path.join(folder, "slad.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(config)
    run = subprocess.run([slad, "events", "--config", path, "--input", place, "-"], input=records, capture_output=True,
                         text=True, encoding="utf-8")
    if run.returncode == 0 and run.stdout == expected:
        return None
    return f"is not what slad events prints:\n{run.stdout}{run.stderr}"


def main(slad, docs):
    seen = faults = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in DOCUMENTS:
            path = os.path.normpath(os.path.join(docs, name))
            if name != DOCUMENTS[0] and not os.path.exists(path):
                continue
            config = records = ""
            for line, language, keys, text in blocks(path):
                if language == "yaml":
                    config = text
                if language in ("csv", "jsonl"):
                    records = text
                if language == "events":
                    seen += 1
                    wrong = fault_of_events(slad, folder, config, records, text)
                    if wrong:
                        faults += 1
                        print(f"{path}:{line}: this example {wrong}", file=sys.stderr)
                if language not in ("yaml", "yaml-wrong", "yaml-warns", "yaml-test"):
                    continue
                seen += 1
                wrong = fault(slad, folder, language, keys, text)
                if wrong:
                    faults += 1
                    print(f"{path}:{line}: this example {wrong}", file=sys.stderr)
    print(f"{seen} examples, {faults} not as the documents say")
    return 1 if faults or not seen else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: check_examples.py SLAD DOCS")
    sys.exit(main(sys.argv[1], sys.argv[2]))
