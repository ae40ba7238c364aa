"""Generated texts: help, the pages of the reference, completion, and the page about HTTP."""

import os
import pathlib
import pty
import select
import subprocess
import sys
import time

import pytest
from server import BINARY, DEADLINE, clean_environment, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAMES_END = 20  # column of the summaries in the overview
WITHOUT_JSON = ("serve", "completion", "reference", "store key", "coupons export")  # the last one has --format


def every_command():
    lines = [line for line in run("--help")[1].splitlines() if line.startswith("  ")]
    return [tuple(line[:NAMES_END].split()) for line in lines]


@pytest.mark.parametrize("page", ["command-line", "configuration", "coupon-life"])
def test_a_page_of_the_reference_equals_the_output_of_the_binary(page):
    code, printed, err = run("reference", page)
    assert (code, err) == (0, "")
    kept = (ROOT / "docs" / "reference" / f"{page}.md").read_text()
    assert printed == kept, f"out of date: firstcome reference {page} > docs/reference/{page}.md"


def test_the_page_about_http_equals_the_output_of_its_script():
    printed = subprocess.run([sys.executable, ROOT / "scripts" / "http-reference"], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert (printed.returncode, printed.stderr) == (0, "")
    kept = (ROOT / "docs" / "reference" / "http.md").read_text()
    assert printed.stdout == kept, "out of date: scripts/http-reference > docs/reference/http.md"


def test_every_command_has_help_with_examples_and_has_json_if_it_prints_data():
    commands = every_command()
    assert ("policy", "create") in commands and ("serve",) in commands, commands
    for command in commands:
        name = "firstcome " + " ".join(command)
        code, printed, err = run(*command, "--help")
        assert (code, err) == (0, ""), name
        assert f"examples:\n  {name}" in printed or f"  {name}" in printed.split("examples:")[1], printed
        assert ("--json" in printed) == (" ".join(command) not in WITHOUT_JSON), printed
        assert run("help", *command)[1] == printed


def test_every_command_has_a_manual_page(tmp_path):
    assert run("reference", "man", "--out", str(tmp_path / "man")) == (0, "", "")
    names = {path.name for path in (tmp_path / "man").iterdir()}
    assert names == {"firstcome.1", "firstcome.toml.5"} | {f"firstcome-{'-'.join(command)}.1" for command in every_command()}
    assert run("reference", "man", "--out", str(tmp_path / "man"))[0] == 0, "a second time"
    for words in (("man",), ("configuration", "--out", str(tmp_path))):
        code, _, err = run("reference", *words)
        assert code == 2 and "man and --out belong together" in err, err
    (tmp_path / "file").write_text("")
    code, _, err = run("reference", "man", "--out", str(tmp_path / "file"))
    assert code == 1 and "cannot create" in err, err


def test_a_misspelt_flag_of_every_command_is_reported_with_the_right_one():
    for command in every_command():
        code, out, err = run(*command, "--hepl")
        assert (code, out) == (2, "") and "did you mean --help?" in err, err


# --- completion

TYPED = [
    ("", {"serve", "policy", "audit", "help"}, set()),
    ("ser", {"serve"}, {"policy"}),
    ("policy ", {"create", "get", "import"}, {"serve"}),
    ("policy cr", {"create"}, {"get"}),
    ("serve --rol", {"--role"}, {"--data"}),
    ("serve --role ", {"all", "edge", "issuer"}, {"--data"}),
    ("serve --role e", {"edge"}, {"all"}),
    ("serve --listen ", set(), {"--role", "serve"}),
    ("store check --j", {"--json"}, {"--journal"}),
    ("check ", {"a file"}, {"serve"}),
    ("completion ", {"bash", "zsh", "fish"}, {"serve"}),
]


@pytest.fixture(name="folder", scope="module")
def folder_of_scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        code, script, err = run("completion", shell)
        assert (code, err) == (0, "")
        (folder / shell).write_text(script)
    (folder / "home").mkdir()
    (folder / "files" / "a folder").mkdir(parents=True)
    (folder / "files" / "a file").touch()
    (folder / "bin").mkdir()
    (folder / "bin" / "firstcome").symlink_to(pathlib.Path(BINARY).resolve())
    return folder


def surroundings(folder):
    return clean_environment(HOME=str(folder / "home"), PATH=f"{folder / 'bin'}:{os.environ['PATH']}", TERM="dumb",
                             PS1="$ ")


def ask(folder, *command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE,
                          check=False, env=surroundings(folder), cwd=folder / "files")
    assert done.stderr == "", done.stderr
    return done.stdout.splitlines()


def offered_by_bash(folder, typed):
    words = ["firstcome", *typed.split(" ")]
    return ask(folder, "bash", "-c", 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _firstcome; '
               'printf "%s\\n" "${COMPREPLY[@]}"', "bash", str(folder / "bash"), *words)


def offered_by_zsh(folder, typed):
    """By zsh with a stub of its completion system, which would need a terminal."""
    words = ["firstcome", *typed.split(" ")]
    played = ('compdef() { : }; compadd() { shift; print -l -- ${(M)@:#${words[CURRENT]}*} }; '
              '_files() { [[ $1 == -/ ]] && print -l -- *(/) || print -l -- * }; ')
    return ask(folder, "zsh", "-f", "-c", played + 'source "$1"; shift; words=("$@"); CURRENT=$#; _firstcome', "zsh",
               str(folder / "zsh"), *words)


def offered_by_fish(folder, typed):
    lines = ask(folder, "fish", "--no-config", "-c", f'source {folder / "fish"}; complete -C "firstcome {typed}"')
    return [line.split("\t")[0].replace("\\ ", " ") for line in lines]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_can_read_its_script(folder, shell):
    assert ask(folder, shell, "-n", str(folder / shell)) == []


@pytest.mark.parametrize("offered_by", [offered_by_bash, offered_by_zsh, offered_by_fish])
@pytest.mark.parametrize("typed, some, none", TYPED)
def test_a_shell_offers_the_next_words(folder, offered_by, typed, some, none):
    offered = set(offered_by(folder, typed))
    assert some <= offered and not none & offered, offered


def test_bash_completes_a_value_behind_an_equals_sign(folder):
    words = ["serve", "--role", "=", "ed"]
    assert offered_by_bash(folder, " ".join(words)) == ["edge"]


def test_tab_completes_in_an_interactive_bash(folder):
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe("bash", ["bash", "--noprofile", "--rcfile", str(folder / "bash"), "-i"], surroundings(folder))
    try:
        os.write(terminal, b"firstcome pol\tpau\t")
        wait_for_echo(terminal, b"firstcome policy pause ")
    finally:
        os.close(terminal)  # closes the terminal
        os.waitpid(process, 0)


def wait_for_echo(terminal, wanted):
    seen = b""
    deadline = time.monotonic() + DEADLINE
    while wanted not in seen:
        assert select.select([terminal], [], [], deadline - time.monotonic())[0], seen
        seen += os.read(terminal, 4096)
