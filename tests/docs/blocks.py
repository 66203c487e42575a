#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Checks every page (Markdown file), runs the code and the commands on it, and follows its links.

    blocks.py ROOT COMPILER OPTION…

Each fenced block has a language, and the comment in the line before it says what is done with it:

    cpp     <!-- a program -->                     compiled and run; must succeed
            <!-- does not compile: WORDS -->       compiled; its first error has these words
            <!-- from PATH -->                     its lines are in this file, in this order; a test builds the file
            <!-- tests/readme compiles this -->    tests/readme builds and runs it
    sh      <!-- run this -->                      run by sh -eu; must succeed
            no comment                             each command is in COMMANDS
    sql     <!-- run this -->                      run by psql, as the superuser or as it says itself; must succeed
    text    <!-- and it prints this -->            what the block above it prints; what a page runs and does not show
                                                   must print nothing
            no comment                             listed in PICTURES
    json    no comment                             listed in PARSED, and valid JSON
    meson, cmake, make                             each line, without its comment, is in a program of tests/consumer

What a page runs is run in one folder, in the order of the page: a command sees the files that the programs above it
left. A page with sql has a PostgreSQL of its own, which the variables of libpq name, and which lets every role in; if
none is installed, its programs are compiled if libpq is there, and nothing of it is run.
"""
import collections
import contextlib
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "examples/demo"))
sys.dont_write_bytecode = True
from servers import NotInstalled, Postgres, postgres_program

Block = collections.namedtuple("Block", "page line language mark text")

FENCE = re.compile(r"^(?:<!-- (?P<mark>.*) -->\n)?```(?P<language>.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)
INDENTED = re.compile(r"(?:^|\n)(?![-*:\d ])[^\n]+\n\n {4}\S[^\n]*")
SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\((?P<to>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
SHOWN = "and it prints this"
OPTIONS = ["-std=c++20", "-O0", "-Wall", "-Wextra", "-Werror"]
LIBRARIES = "libsodium sqlite3 libcrypto"
PSQL = ("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-")

# Commands that need root, a network, minutes or a service: a test that runs the same thing, and a file of it with these
# words.
COMMANDS = {
    "./dev demo": ("demo", "tests/legacy_sync/meson.build", "examples/demo/run"),
    "./dev demo --postgres": ("demo with PostgreSQL", "tests/crm/meson.build", "examples/demo/fleet"),
    "./dev bench postgres": (None, "dev", '"$root/examples/demo/servers.py"'),
    "./dev test": (None, ".github/workflows/test.yml", "run: ./dev test"),
    "./dev lint": (None, "dev", '    lint) lint "${@:2}" ;;'),
    "./dev bench": (None, "dev", '    bench) bench "${@:2}" ;;'),
    "./dev bench verify --quick --filter 'hot/1e4'": (None, "bench/verify.cpp", 'argument == "--filter"'),
    "./dev bench verify --quick --filter 'parts|hot/1e4/memo|raw/siphash'":
        (None, "bench/parts.hpp", 'add("parts/tag/" + n'),
    "./dev bench verify --quick --filter 'unordered_map|random/1e6/single'":
        (None, "bench/peers.hpp", 'name = "unordered_map"'),
    "./dev fuzz 60": (None, "dev", '    fuzz) fuzz "${@:2}" ;;'),
    "./dev help": (None, "dev", "    help | -h | --help) help ;;"),
    "./dev portability": (None, "dev", '    portability) portability "${@:2}" ;;'),
    "meson compile -C build/gcc test_keyring && build/gcc/tests/keyring/test_keyring":
        ("keyring", "tests/keyring/meson.build", "executable('test_keyring'"),
    "meson test -C build/clang-asan --suite unit": (None, "dev", "run_tests clang-asan"),
    "meson setup build && meson install -C build":
        ("consumers", "tests/consumer/run.py", 'run("meson", "install", "-C"'),
    "cmake -B build && cmake --install build": ("consumers", "tests/consumer/run.py", 'run("cmake", "--install"'),
    "python3 bench/includes.py once include tests/readme g++-12": ("includes", "bench/includes.py", '"once": once'),
    "shearline-crm --data /var/lib/crm --listen 127.0.0.1:8080": ("demo", "examples/demo/crm.py", "--data"),
    'shearline-crm --data /var/lib/crm --keys "postgresql://crm@db.example/crm?sslmode=verify-full"':
        ("crm fleet in PostgreSQL", "tests/crm/fleet.py", '"--keys", DATABASE'),
    'shearline-crm copy-keys /var/lib/crm/keys.db "postgresql://crm@db.example/crm?sslmode=verify-full"':
        ("crm fleet", "tests/crm/fleet.py", '"copy-keys", old.data'),
    'curl -H "Authorization: $(cat key)" "http://127.0.0.1:8080/crm/api/v2/contacts?page=1&per_page=100"':
        ("crm REST", "tests/crm/rest.py", "contacts?page=1&per_page=100"),
    "shearline-legacy-sync --source shop.db --mapping shop.json --state shop.sync --dry-run":
        ("legacy_sync against a failing CRM", "tests/legacy_sync/against_fake.py", 'self.sync("--dry-run")'),
    "shearline-legacy-sync --source shop.db --mapping shop.json --state shop.sync --key-file instance.key "
    "--crm https://crm.example/crm/api/v2/ --watch":
        ("legacy_sync against a failing CRM", "tests/legacy_sync/against_fake.py", '"--watch"'),
}
# Its block is for the builders of OSS-Fuzz, whose engine and environment it needs.
OF_OSS_FUZZ = "fuzz/README.md"
# newcomer.py does what this page says.
OF_NEWCOMER = "docs/start.md"

# Pictures, and output of other programs, by their first line: why nothing runs them.
PICTURES = {
    "README.md": "tests/docs/tables.py parses the key in it",
    "include/shearline/credential/README.md": "the states of a key: tests/credential/state.cpp has them",
}
PARSED = {"examples/legacy_sync/README.md"}


def blocks_of(page, text):
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start("language")) + 1
        yield Block(page, line, found["language"], found["mark"] or "", found["text"])


def is_page(path):
    return not {"build", "node_modules", "subprojects", ".git"} & set(path.parts)


def pages_of(root):
    found = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*.md"))
             if is_page(path.relative_to(root))}
    return {name: path.read_text("utf-8") for name, path in found.items()}


def words(line):
    return " ".join(line.split())


def commands_in(text):
    """The commands of a sh block: without comments, and with the lines joined that a backslash splits."""
    for line in text.replace("\\\n", " ").splitlines():
        line = words(re.sub(r"(?:^|\s)#.*", "", line))
        if line:
            yield line


def without_code(text):
    return SPAN.sub("", FENCE.sub("", text))


# --- what is read -----------------------------------------------------------------------------------------------------

def anchors_of(text):
    """As GitHub makes them of headings."""
    found = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        base = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        name, times = base, 0
        while name in found:
            times += 1
            name = f"{base}-{times}"
        found.add(name)
    return found


def links(root, pages):
    for page, text in pages.items():
        for link in LINK.finditer(without_code(text)):
            to, _, anchor = link["to"].partition("#")
            if re.match(r"[a-z]+:", to):
                continue
            target = pathlib.PurePosixPath(os.path.normpath(pathlib.PurePosixPath(page).parent / to)) if to else page
            if str(target) not in pages and not (root / target).exists():
                yield f"{page}: there is no {to}"
            elif anchor and anchor not in anchors_of(pages.get(str(target), "")):
                yield f"{page}: {to or 'this page'} has no heading for #{anchor}"


def index(pages):
    """docs/README.md has a line for each page of docs/."""
    listed = LINK.findall(pages.get("docs/README.md", ""))
    for page in pages:
        folder, _, name = page.rpartition("/")
        if folder == "docs" and name != "README.md" and name not in listed:
            yield f"docs/README.md: has no line for {name}"


def build_files(root):
    return "\n".join(path.read_text("utf-8") for folder in ("tests", "fuzz", "examples")
                     for path in (root / folder).rglob("meson.build"))


def lines_from(root, block):
    path = root / block.mark.removeprefix("from ")
    build = path.parent / "meson.build"
    if not path.is_file() or not build.is_file() or f"'{path.name}'" not in build.read_text("utf-8"):
        yield f"{path.name} is not a file that the meson.build of its folder builds"
        return
    rest = iter(line.strip() for line in path.read_text("utf-8").splitlines())
    for line in filter(None, map(str.strip, block.text.splitlines())):
        if line not in rest:  # consumes what comes before it
            yield f"{path.name} has no such line, or not in this order: {line}"
            return


def lines_of_consumers(root, block):
    file = {"meson": "meson/meson.build", "cmake": "cmake/CMakeLists.txt", "make": "make/Makefile"}[block.language]
    text = (root / "tests/consumer" / file).read_text("utf-8").replace(" ${MORE_PARTS}", "")
    there = [words(line) for line in text.splitlines()]
    for line in block.text.splitlines():
        line = words(re.sub(r"\s#.*", "", line))
        if line and line not in there:
            yield f"tests/consumer/{file} has no such line: {line}"


def is_command(root, command):
    """Whether ./dev has a command of this name, and its options."""
    _, name, *options = command.split()
    text = (root / "dev").read_text("utf-8")
    return bool(re.search(rf"^    [\w| -]*\b{re.escape(name)}\b[\w| -]*\)", text, re.MULTILINE)) and \
        all(re.search(rf"{option}(?![-\w])", text) for option in options if option.startswith("--"))


def spans_of(page, text):
    for span in SPAN.findall(FENCE.sub("", text)):
        command = words(span[1])
        if re.match(r"(?:\./dev|meson|cmake|python3) [-\w./]", command) and page != OF_OSS_FUZZ:
            yield command


def static_complaints(root, pages):
    """All that needs no compiler."""
    yield from links(root, pages)
    yield from index(pages)
    used, pictured = set(), set()
    for page, text in pages.items():
        fences = re.findall("^```", text, re.MULTILINE)
        if text.count("```") != len(fences) or len(list(blocks_of(page, text))) * 2 != len(fences):
            yield f"{page}: a fence is not closed, or does not begin its line"
        if INDENTED.search(re.sub(r"^<!--.*?-->$", "", FENCE.sub("", text), flags=re.MULTILINE)):
            yield f"{page}: a block is indented: write a fence and its language"
        for command in spans_of(page, text):
            used.add(command)
            if not any(command in known for known in COMMANDS) and \
                    not (command.startswith("./dev ") and is_command(root, command)):
                yield f"{page}: `{command}` is neither a command of ./dev nor in COMMANDS"
        for block in blocks_of(page, text) if page != OF_NEWCOMER else ():
            here = f"{page}:{block.line}"
            problems = []
            if not block.language:
                problems.append("the block has no language")
            elif block.language == "cpp" and block.mark.startswith("from "):
                problems += lines_from(root, block)
            elif block.language == "cpp" and block.mark == "tests/readme compiles this":
                if f"'{page}'" not in (root / "tests/readme/meson.build").read_text("utf-8").replace("/ '", "'"):
                    problems.append("tests/readme/meson.build does not name this page")
            elif block.language == "cpp" and not (block.mark == "a program" or
                                                  block.mark.startswith("does not compile: ")):
                problems.append("a block of C++ needs a comment before it that says what is done with it")
            elif block.language in ("meson", "cmake", "make"):
                problems += lines_of_consumers(root, block)
            elif block.language == "sh" and not block.mark and page != OF_OSS_FUZZ:
                commands = set(commands_in(block.text))
                used |= commands
                problems += [f"not in COMMANDS: {command}" for command in sorted(commands - COMMANDS.keys())]
            elif block.language == "json":
                problems += [] if page in PARSED else ["JSON that is not in PARSED"]
                try:
                    json.loads(block.text)
                except ValueError as why:
                    problems.append(f"is not JSON: {why}")
            elif block.language == "text" and not block.mark:
                pictured.add(page)
                problems += [] if page in PICTURES else ["a picture that is not in PICTURES"]
            elif block.language not in ("cpp", "sh", "sql", "text", "json"):
                problems.append(f"nothing is known of the language {block.language}")
            elif block.language == "sql" and block.mark != "run this":
                problems.append("a block of sql is run: write <!-- run this --> before it")
            elif block.language == "sh" and block.mark not in ("", "run this"):
                problems.append(f"nothing is known of `{block.mark}`")
            yield from (f"{here}: {problem}" for problem in problems)
    yield from (f"COMMANDS: no page has `{command}`" for command in COMMANDS.keys() - used)
    yield from (f"PICTURES: {page} has none" for page in PICTURES.keys() - pictured)


def stale_entries(root):
    """What COMMANDS names is there."""
    built = build_files(root)
    for command, (test, file, text) in COMMANDS.items():
        if test and f"test('{test}'" not in built:
            yield f"COMMANDS: `{command}`: there is no test '{test}'"
        if not (root / file).is_file() or text not in (root / file).read_text("utf-8"):
            yield f"COMMANDS: `{command}`: {file} does not have: {text}"


# --- what is run ------------------------------------------------------------------------------------------------------

class Runner:
    def __init__(self, root, compiler, folder, pool):
        self.has_libpq = subprocess.run(["pkg-config", "--exists", "libpq"], check=False).returncode == 0
        libraries = LIBRARIES.split() + ["libpq"] * self.has_libpq
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", *libraries], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split()
        self.command = [*compiler, *OPTIONS, f"-I{root / 'include'}"]
        self.libraries, self.folder, self.pool, self.count = [*flags, "-pthread"], folder, pool, 0

    def compile(self, block, *options):
        self.count += 1
        source = self.folder / f"{self.count}.cpp"
        source.write_text(f'#line {block.line + 1} "{block.page}"\n{block.text}', encoding="utf-8")
        program = source.with_suffix("")
        command = [*self.command, *options, str(source), "-o", str(program), *self.libraries]
        return program, self.pool.submit(subprocess.run, command, text=True, check=False, stdin=subprocess.DEVNULL,
                                         capture_output=True)

    def start(self, blocks):
        """Begins to compile what has to be compiled."""
        return {block: self.compile(block, *(["-fsyntax-only"] if block.mark != "a program" else []))
                for block in blocks if block.language == "cpp"
                and (block.mark == "a program" or block.mark.startswith("does not compile: "))
                and (self.has_libpq or "postgres_store.hpp" not in block.text)}

    def complaints_of(self, blocks, compiling):
        """Of one page."""
        with contextlib.ExitStack() as ends:
            environment = None
            if any(block.language == "sql" for block in blocks):
                if not self.has_postgres():
                    print(f"{blocks[0].page}: is not run: it needs PostgreSQL and libpq")
                    for block, (_, compiled) in compiling.items():
                        if block.mark == "a program" and compiled.result().returncode != 0:
                            yield f"{block.page}:{block.line}: does not compile\n{compiled.result().stderr}"
                    return
                server = Postgres(lets_in="trust")
                ends.callback(server.remove)
                server.make()
                environment = os.environ | server.environment()
            yield from self.complaints_with(blocks, compiling, environment)

    def has_postgres(self):
        try:
            return self.has_libpq and bool(postgres_program("initdb")) and bool(postgres_program("psql"))
        except NotInstalled:
            return False

    def complaints_with(self, blocks, compiling, environment):
        """What a block printed waits for the page to show it."""
        printed, printer = "", None
        place = self.folder / re.sub(r"\W", "_", blocks[0].page if blocks else "none")
        place.mkdir(exist_ok=True)
        for block in [*blocks, None]:
            is_shown = block is not None and block.language == "text" and block.mark == SHOWN
            is_run = block is None or (block.language == "cpp" and block.mark == "a program") or \
                (block.language in ("sh", "sql") and block.mark == "run this")
            if is_shown and printer is None and not self.is_elsewhere(blocks, block):
                yield f"{block.page}:{block.line}: no block above it prints this"
            if printer is not None and (is_shown or is_run):
                if printed != (block.text if is_shown else ""):
                    yield (f"{printer.page}:{printer.line}: printed\n{printed}"
                           f"{'and the page says' if is_shown else 'and the page does not show it'}\n"
                           f"{block.text if is_shown else ''}")
                printer = None
            if block in compiling:
                program, compiled = compiling[block]
                done = compiled.result()
                if block.mark != "a program":
                    wanted = block.mark.removeprefix("does not compile: ")
                    first = next((line.split("error:", 1)[1] for line in done.stderr.splitlines() if "error:" in line),
                                 "no error at all")
                    if done.returncode == 0 or wanted not in first:
                        yield f"{block.page}:{block.line}: its first error has not the words '{wanted}': {first}"
                    continue
                if done.returncode != 0:
                    yield f"{block.page}:{block.line}: does not compile\n{done.stderr}"
                    continue
                command = [str(program)]
            elif block is not None and is_run:
                command = PSQL if block.language == "sql" else ["sh", "-euc", block.text]
            else:
                continue
            ran = subprocess.run(command, cwd=place, text=True, check=False, capture_output=True, env=environment,
                                 input=block.text if block.language == "sql" else "")
            if ran.returncode != 0:
                yield f"{block.page}:{block.line}: exit status {ran.returncode}\n{ran.stdout}{ran.stderr}"
                continue
            printed, printer = ran.stdout, block

    @staticmethod
    def is_elsewhere(blocks, shown):
        """Whether tests/readme compares this output."""
        before = [block for block in blocks if block.line < shown.line]
        return bool(before) and before[-1].mark == "tests/readme compiles this"

    def complaints(self, pages):
        of_pages = [list(blocks_of(page, text)) for page, text in pages.items() if page != OF_NEWCOMER]
        started = [(blocks, self.start(blocks)) for blocks in of_pages]
        for blocks, compiling in started:
            yield from self.complaints_of(blocks, compiling)


# --- controls ---------------------------------------------------------------------------------------------------------

def block(language, text, mark=None):
    return (f"<!-- {mark} -->\n" if mark else "") + f"```{language}\n{text}\n```\n"


PROGRAM = '#include <cstdio>\nint main() {{ std::puts("{}"); return {}; }}'
STATIC_FAULTS = {
    "has no language": block("", "x"),
    "needs a comment": block("cpp", "int x;"),
    "does not name this page": block("cpp", "int x;", "tests/readme compiles this"),
    "is not a file that": block("cpp", "int x;", "from tests/readme/nowhere.cpp"),
    "or not in this order: #include <memory>":
        block("cpp", "#include <shearline/shearline.hpp>\n#include <memory>", "from tests/readme/conformance.cpp"),
    "has no such line, or not in this order: int none;":
        block("cpp", "int none;", "from tests/readme/conformance.cpp"),
    "not in COMMANDS: rm keyring": block("sh", "./dev test\nrm keyring  # gone"),
    "not in COMMANDS: ./dev test --all": block("sh", "./dev test \\\n    --all"),
    "nothing is known of `maybe`": block("sh", "true", "maybe"),
    "no such line: find_package(shearline 9 REQUIRED)": block("cmake", "find_package(shearline 9 REQUIRED)"),
    "no such line: LDLIBS += -lshearline": block("make", "LDLIBS += -lshearline"),
    "JSON that is not": block("json", "{}"),
    "is not JSON": block("json", "{"),
    "a picture": block("text", "x"),
    "the language ruby": block("ruby", "1"),
    "a block of sql is run": block("sql", "SELECT 1"),
    "a fence is not closed": "```sh\n",
    "is indented": "Run:\n\n    ./dev test\n",
    "there is no nowhere.md": "[one](nowhere.md)",
    "has no heading for #nothing": "[one](../README.md#nothing)",
    "this page has no heading for #none": "[one](#none)",
    "this page has no heading for #sources": "[[1]](#sources)",
    "`./dev fly` is neither": "Run `./dev fly`.",
    "`./dev mutate --all` is neither": "Run `./dev mutate --all`.",
    "`meson fly` is neither": "Run `meson fly`.",
    "has no line for planted.md": "A page.",
}
RUN_FAULTS = {
    "does not compile\n": block("cpp", "int main() { return x; }", "a program"),
    "the words 'not declared'": block("cpp", "int main() {}", "does not compile: not declared"),
    "the words 'no member'": block("cpp", "int main() { return x; }", "does not compile: no member"),
    "exit status 3": block("cpp", PROGRAM.format("one", 3), "a program"),
    "printed\none\nand the page says\ntwo\n": block("cpp", PROGRAM.format("one", 0), "a program") +
                                              block("text", "two", SHOWN),
    "printed\none\nand the page does not show it": block("sh", "echo one", "run this"),
    "no block above it prints this": block("text", "two", SHOWN),
    "exit status 1": block("sh", "false\ntrue", "run this"),
    "exit status 2": block("sh", "touch there", "run this") + block("sh", "test ! -e there || exit 2", "run this"),
}


def controls(root, pages, runner):
    """A check that does not see a planted fault would pass every page."""
    for seen, text in STATIC_FAULTS.items():
        if not any(seen in each for each in static_complaints(root, {**pages, "docs/planted.md": text})):
            yield f"control: is not seen: {text}"
    if runner.has_postgres():
        RUN_FAULTS["division by zero"] = block("sql", "SELECT 1 / 0;", "run this")
    for seen, text in RUN_FAULTS.items():
        if not any(seen in each for each in runner.complaints({f"planted {seen}": text})):
            yield f"control: is not seen: {text}"
    COMMANDS["./dev fly"] = ("flight", "dev", "flies")
    if len(list(stale_entries(root))) != 2 or "COMMANDS: no page has `./dev fly`" not in static_complaints(root, pages):
        yield "control: a stale entry of COMMANDS is not seen"
    del COMMANDS["./dev fly"]


def main(root, *compiler):
    root = pathlib.Path(root).resolve()
    pages = pages_of(root)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runner = Runner(root, compiler, pathlib.Path(folder), pool)
        found = [*static_complaints(root, pages), *stale_entries(root), *runner.complaints(pages)]
        # After the others, because an error in a page is easier to read than in a control that has that page beside it.
        if not found:
            found += controls(root, pages, runner)
    print("\n".join(found) if found else
          f"{sum(len(list(blocks_of(page, text))) for page, text in pages.items())} blocks on {len(pages)} pages")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
