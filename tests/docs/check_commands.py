"""What --help says, what the programs take, and what the documentation tells to type are the same.

    check_commands.py SLAD SLACTL ROOT

Every subcommand and option that a code span or block names is one of its help; every subcommand is named somewhere; every
option of the help is taken, and every one that the sources take is in the help."""
import pathlib
import re
import subprocess
import sys

OPTION = re.compile(r"--[a-z][a-z-]*")
HIDDEN = {"--clock"}  # of the tests: the daemon's clock in a file


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def help_of(program, command):
    done = run(program, *([command] if command else []), "--help")
    assert done.returncode == 0 and not done.stderr, (program, command, done)
    return done.stdout


def slactl_commands(slactl):
    """Each subcommand and its options; those of every command."""
    text = help_of(slactl, None)
    names = re.findall(r"^  ([a-z]+)(?: .*)?  \S", text.split("Options of every command")[0], re.MULTILINE)
    common = set(OPTION.findall(text.split("Options of every command", 1)[1].split("`slactl help", 1)[0]))
    return {name: common | set(re.findall(r"^  (--[a-z-]+)", help_of(slactl, name), re.MULTILINE)) for name in names}, common


def slad_commands(slad):
    """The same; "" is the daemon itself."""
    found = {}
    for line in re.sub(r"\n {20,}", " ", help_of(slad, None)).splitlines():
        words = re.fullmatch(r"(?:usage: | +)slad ?([a-z]*)(.*)", line)
        found.setdefault(words[1], set()).update(OPTION.findall(words[2]))
    found[""].add("--help")
    return {name: options | {"--help"} for name, options in found.items()}


def accepted_by_sources(root):
    """Options in the tables of getopt_long, by the file that has them."""
    files = {"run": "", **{name: name for name in ("check", "replay", "events", "test", "diff")}}
    return {name: {f"--{o}" for o in re.findall(r'\{"([a-z-]+)", (?:no|required)_argument',
                   (root / f"src/app/slad/{file}.c").read_text())} for file, name in files.items()}


def spans(text):
    for fence in re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from (line.split(" #")[0] for line in fence.replace("\\\n", " ").splitlines())
    yield from (" ".join(span.split()) for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)))


def invocations(text):
    """(program, words after it) of each that a span holds; pipes and lists end one."""
    for span in spans(text):
        for part in re.split(r"\||&&|;|\$\(", span):
            words = re.match(r"\s*(?:\$ |sudo (?:-u \w+ )?)*(?:[A-Z_]+=\S+ )*(slad|slactl)(?:$|\s+(.*))", part)
            if words: yield words[1], (words[2] or "").split()


def told_wrongly(commands, words, where):
    command = next((w for w in words if not w.startswith("-")), "") if words and not words[0].startswith("-") else ""
    options = {o for w in words for o in OPTION.findall(w) if w.startswith(("-", "[-"))}
    if command and command not in commands:
        return [f"{where}: there is no command {command}"] if re.fullmatch("[a-z]+", command) else []
    known = commands.get(command) or set().union(*commands.values())
    return [f"{where}: {command or 'it'} takes no {option}" for option in sorted(options - known - HIDDEN)]


def main(slad, slactl, root):
    of_slactl, common = slactl_commands(slactl)
    commands = {"slad": slad_commands(slad), "slactl": of_slactl}
    wrong, named = [], {"slad": set(), "slactl": set()}
    for file in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        for program, words in invocations(file.read_text(encoding="utf-8")):
            named[program].update(words[:1])
            wrong += told_wrongly(commands[program], words, f"{file.name}: {program} {' '.join(words)}")
    for program, all_of_it in commands.items():
        wrong += [f"{program} {name} is told of nowhere" for name in sorted(set(all_of_it) - named[program] - {"", "help"})]
    for name, options in accepted_by_sources(root).items():
        for option in sorted(options ^ (commands["slad"][name] - {"--help", "--version"}) - HIDDEN):
            if option not in HIDDEN and option not in ("--help", "--version"):
                wrong.append(f"slad {name}: {option} is in the help or in the sources, not in both")
    for name, options in commands["slactl"].items():
        for option in sorted(options - common):  # without a value a real one asks for it, or asks a daemon that is not there
            done = run(slactl, name, "--socket", "/nonexistent", option)
            if "takes no" in done.stderr or "no option" in done.stderr:
                wrong.append(f"slactl {name} says it takes {option}, and does not: {done.stderr}")
    told = sum(len(words) for words in named.values())
    if told < 20: wrong.append(f"only {told} commands were found in the documentation")
    print("\n".join(wrong) or f"{told} commands are told of as they are")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])))
