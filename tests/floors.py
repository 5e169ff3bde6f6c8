#!/usr/bin/env python3
"""Holds the actual #includes of include/ and src/ to the floors (docs/ARCHITECTURE.md, "Rooms").

    floors.py ROOT        names every broken law; exit 1 when there is one
    floors.py --self-test breaks each law once in a small tree and looks whether that is seen
"""
import re
import sys
import tempfile
import unittest
from pathlib import Path

# Each room's floor, and the rooms that it may include beside itself.
ROOMS = {
    "base": (0, ""),
    "model": (1, "base"),
    "engine": (2, "base model"),
    "conf": (2, "base model"),
    "wire": (2, "base model"),
    "store": (2, "base model"),
    "loop": (2, "base"),
    "service": (3, "base model engine conf wire store"),
    "ingest": (4, "base model loop wire service"),
    "api": (4, "base model loop wire service"),
    "notify": (4, "base model loop wire service"),
    "app": (5, "base model engine conf wire store loop service ingest api notify"),
}
# Headers from outside, and the one room that may see them.
OUTSIDE = [
    (r"(event2/.*|event\.h|ev(http|dns|rpc|util)\.h)", "loop"),
    (r"systemd/.*", "loop"),
    (r"sqlite3(ext)?\.h", "store"),
    (r"(cjson/)?cJSON(_Utils)?\.h", "wire"),
    (r"yaml\.h", "conf"),
]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?:include|include_next|import)\b[ \t]*(.*)$", re.MULTILINE)


def includes(text):
    """(line, name or None, quoted) of every #include; None: computed by a macro."""
    text = COMMENT.sub(lambda comment: " " + "\n" * comment.group().count("\n"), text)
    for directive in DIRECTIVE.finditer(text):
        line = text.count("\n", 0, directive.start()) + 1
        name = re.match(r'<([^>]+)>|"([^"]+)"', directive.group(1))
        yield line, name and (name.group(1) or name.group(2)), bool(name and name.group(2))


def law_between(room, other):
    """What is wrong with `room` including `other`, or None."""
    floor, below = ROOMS[room]
    if other == room or other in below.split():
        return None
    if other not in ROOMS:
        return f"there is no room {other}"
    if ROOMS[other][0] == floor:
        return f"{room} and {other} are on one floor and blind to one another"
    if ROOMS[other][0] > floor:
        return f"{other} is above {room}"
    return f"{room} may include only: {below or 'nothing'}; not {other}"


def judge(root, file, room, name, quoted):
    """What is wrong with this #include, or None."""
    for pattern, owner in OUTSIDE:
        if re.fullmatch(pattern, name):
            return None if room == owner else f"<{name}> belongs to {owner} alone"
    if name.startswith("slad/"):
        parts = Path(name).parts
        if ".." in parts or len(parts) != 3:
            return "a public header is written slad/ROOM/NAME.h"
        return law_between(room, parts[1])
    found = [folder / name for folder in (file.parent, root / "src", root / "include") if (folder / name).is_file()]
    if not found:
        return "there is no such file, so it cannot be judged" if quoted else None
    owner = room_of(root, found[0].resolve())
    if owner != room:
        return f"a private header of {owner}"
    if file.is_relative_to(root / "include"):
        return "a public header shows a private one to others"
    return None


def room_of(root, file):
    for top in (root / "src", root / "include" / "slad"):
        if file.is_relative_to(top):
            return file.relative_to(top).parts[0]
    return "nobody"


def broken_laws(root):
    root = Path(root).resolve()
    laws = []
    for top in (root / "src", root / "include" / "slad"):
        for entry in sorted(top.iterdir()) if top.is_dir() else []:
            if entry.name not in ROOMS:
                laws.append(f"{entry.relative_to(root)}: no room of that name")
    files = [file for top in ("src", "include") for file in (root / top).rglob("*") if file.is_file()]
    if not files:
        laws.append(f"{root}: nothing to read; is this the project's root?")
    for file in sorted(files):
        room = room_of(root, file)
        if room not in ROOMS:
            continue
        for line, name, quoted in includes(file.read_text(encoding="utf-8")):
            broken = judge(root, file, room, name, quoted) if name else "computed by a macro, so it cannot be judged"
            if broken:
                laws.append(f"{file.relative_to(root)}:{line}: {name or '#include'}: {broken}")
    return laws


class EachLaw(unittest.TestCase):
    def tree(self, files):
        """The broken laws of a tree that has these files on top of a sound one."""
        sound = {
            "include/slad/base/err.h": "#include <stdint.h>\n",
            "include/slad/engine/engine.h": '#include "slad/base/err.h"\n',
            "src/engine/cycle.h": "",
            "src/engine/engine.c": '#include "engine/cycle.h"\n#include "cycle.h"\n#include "slad/engine/engine.h"\n',
            "src/store/journal.c": "#include <sqlite3.h>\n",
            "src/app/slad/main.c": '#include "slad/engine/engine.h"\n',
        }
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**sound, **files}.items():
                file = Path(folder, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            return broken_laws(folder)

    def expect(self, file, text, said):
        laws = self.tree({file: text})
        self.assertEqual(len(laws), 1, laws)
        self.assertTrue(laws[0].startswith(file), laws)
        self.assertIn(said, laws[0])

    def test_a_sound_tree_breaks_none(self):
        self.assertEqual(self.tree({}), [])

    def test_a_room_above(self):
        self.expect("src/base/a.c", '#include "slad/engine/engine.h"\n', "engine is above base")
        self.expect("include/slad/model/a.h", '\n# include <slad/api/api.h>\n', "a.h:2: slad/api/api.h: api is above")

    def test_a_room_on_the_same_floor(self):
        self.expect("src/conf/a.c", '#include "slad/wire/json.h"\n', "blind to one another")
        self.expect("src/api/a.c", '#include "slad/ingest/lines.h"\n', "blind to one another")

    def test_a_room_below_that_is_not_for_it(self):
        self.expect("src/service/a.c", '#include "slad/loop/loop.h"\n', "not loop")
        self.expect("src/loop/a.c", '#include "slad/model/event.h"\n', "not model")
        self.expect("src/api/a.c", '#include "slad/store/store.h"\n', "not store")

    def test_an_outside_header_in_another_room(self):
        for header, owner in [
            ("event2/event.h", "loop"),
            ("systemd/sd-daemon.h", "loop"),
            ("sqlite3.h", "store"),
            ("cjson/cJSON.h", "wire"),
            ("yaml.h", "conf"),
        ]:
            self.expect("src/app/slad/a.c", f"#include <{header}>\n", f"belongs to {owner} alone")
            self.expect("src/engine/a.c", f'#include "{header}"\n', f"belongs to {owner} alone")
            self.assertEqual(self.tree({f"src/{owner}/a.c": f"#include <{header}>\n"}), [])

    def test_a_private_header_of_another_room(self):
        self.expect("src/app/slad/a.c", '#include "engine/cycle.h"\n', "a private header of engine")
        self.expect("src/service/a.c", '#include "../engine/cycle.h"\n', "a private header of engine")
        self.expect("src/service/a.c", "#include <engine/cycle.h>\n", "a private header of engine")
        self.expect("include/slad/engine/a.h", '#include "engine/cycle.h"\n', "shows a private one")

    def test_a_folder_that_is_no_room(self):
        self.assertEqual(self.tree({"src/utils/a.c": ""}), ["src/utils: no room of that name"])
        self.assertEqual(self.tree({"include/slad/utils/a.h": ""}), ["include/slad/utils: no room of that name"])
        self.assertEqual(self.tree({"src/stray.c": ""}), ["src/stray.c: no room of that name"])
        self.expect("src/engine/a.c", '#include "slad/utils/a.h"\n', "there is no room utils")

    def test_what_cannot_be_judged(self):
        self.expect("src/engine/a.c", "#include HEADER\n", "computed by a macro")
        self.expect("src/engine/a.c", '#include "nowhere.h"\n', "no such file")
        self.expect("src/engine/a.c", '#include "slad/base/../api/api.h"\n', "slad/ROOM/NAME.h")

    def test_nothing_to_read(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("nothing to read", broken_laws(folder)[0])

    def test_comments_neither_hide_nor_break(self):
        self.expect("src/base/a.c", '/* a\n */ #include "slad/api/api.h"\n', "a.c:2")
        self.assertEqual(self.tree({"src/base/a.c": '/*\n#include "slad/api/api.h"\n*/\n// #include <yaml.h>\n'}), [])


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        unittest.main(argv=sys.argv[:1])
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    laws = broken_laws(sys.argv[1])
    print("\n".join(laws) or "floors: all laws hold")
    sys.exit(1 if laws else 0)
