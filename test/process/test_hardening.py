"""The release binary has the protections of cmake/hardening.cmake."""

import platform
import re
import subprocess

from server import BINARY


def readelf(*flags):
    return subprocess.run(["readelf", "-W", *flags, BINARY], check=True, capture_output=True, text=True).stdout


def test_the_program_is_loaded_at_a_random_address():
    assert re.search(r"Type:\s+DYN \(Position-Independent Executable file\)", readelf("--file-header"))


def test_relocations_are_read_only_from_the_start_on():
    assert "GNU_RELRO" in readelf("--program-headers")
    dynamic = readelf("--dynamic")
    assert re.search(r"\(FLAGS\)\s+BIND_NOW", dynamic) and re.search(r"\(FLAGS_1\)\s+Flags: NOW PIE", dynamic), dynamic
    assert "(TEXTREL)" not in dynamic


def test_no_segment_is_both_writable_and_executable():
    headers = readelf("--program-headers")
    segments = re.findall(r"^\s+(LOAD|GNU_STACK)\s+(?:0x\S+\s+){5}([R ][W ][E ])", headers, re.MULTILINE)
    assert ("GNU_STACK", "RW ") in segments and len(segments) > 2, headers
    assert not [rights for _, rights in segments if "WE" in rights], headers


def test_stacks_and_buffers_are_checked():
    imported = set(re.findall(r"UND (__\w+_chk(?:_fail)?)@", readelf("--dyn-syms")))
    assert "__stack_chk_fail" in imported, imported
    assert imported - {"__stack_chk_fail"}, "no function of _FORTIFY_SOURCE"


def test_indirect_jumps_end_at_marked_places():
    """-fcf-protection begins each function whose address is taken with endbr64."""
    if platform.machine() != "x86_64":
        return  # no such instruction
    functions = len(re.findall(r"\bFUNC\b.*\b(?:GLOBAL|WEAK)\b.*\bDEFAULT +\d+ ", readelf("--syms")))
    with open(BINARY, "rb") as file:
        marks = file.read().count(b"\xf3\x0f\x1e\xfa")
    assert functions > 1000 and marks > functions / 2, (functions, marks)
