#!/usr/bin/env python3
"""Holds the tables of docs/GUARANTEES.md to the tests: each row names one that is there.

    guarantees.py ROOT

A test is named as `folder/file.py Class.test`, `folder/file.py Class`, `folder/file.c function`, or `folder/file`,
below tests/. Exit 1 when one does not exist, or there are too few rows."""
import ast
import pathlib
import re
import sys

ROWS = 60  # what the tables held when they were made: rows are added


def rows(text):
    """(line number, the cells) of each row of a table that has a column of tests."""
    columns = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith('|'):
            columns = None
            continue
        cells = [cell.strip() for cell in re.split(r'(?<!\\)\|', line)[1:-1]]
        if columns is None:
            columns = cells
        elif columns[-1] == 'tests' and not set(line) <= set('|-: '):
            yield number, cells


def names_of(path):
    """What may be named in a file of tests."""
    text = path.read_text()
    if path.suffix != '.py':
        return set(re.findall(r'^(?:static )?void (\w+)\(', text, re.M)) | set(re.findall(r'\b(\w+)\(void \*\*state\)', text))
    found = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            found |= {node.name} | {f'{node.name}.{x.name}' for x in node.body if isinstance(x, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


def wrong(root, named):
    file, _, test = named.partition(' ')
    path = root / 'tests' / file
    if not path.is_file():
        return f'there is no tests/{file}'
    if test and test not in names_of(path):
        return f'tests/{file} has no {test}'
    return None


def main(root):
    text = (root / 'docs/GUARANTEES.md').read_text()
    count, errors = 0, []
    for number, cells in rows(text):
        count += 1
        named = re.findall(r'`([^`]+)`', cells[-1])
        found = [wrong(root, name) for name in named] or ['the row names no test']
        errors += [f'docs/GUARANTEES.md:{number}: {error}' for error in found if error]
    if count < ROWS:
        errors.append(f'docs/GUARANTEES.md: {count} rows, at least {ROWS} were there')
    print('\n'.join(errors) or f'{count} rows, every test is there')
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1])))
