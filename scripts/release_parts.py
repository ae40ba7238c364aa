"""What a binary is made of: the packages of Debian whose headers were compiled in or whose libraries are linked.

    python3 scripts/release_parts.py build/release     print the third-party notices of build/release/bin/firstcome
"""

import dataclasses
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import time

# Part of every program of g++ or clang, and of the system that runs it.
TOOLCHAIN = re.compile(r"^(libc6(-dev)?|linux-libc-dev|libstdc\+\+-\d+-dev|libgcc-\d+-dev|libcrypt-dev|cpp-\d+|gcc-\d+|g\+\+-\d+)$")


@dataclasses.dataclass(frozen=True, order=True)
class Library:
    package: str  # of Debian
    version: str
    how: str  # "linked", or "compiled in"


def output_of(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


def owners():
    """The packages that own each file of the machine, by its name with links resolved in /lib, which is /usr/lib."""
    found = {}
    for listed in pathlib.Path("/var/lib/dpkg/info").glob("*.list"):
        package = listed.name.removesuffix(".list").split(":")[0]
        for path in listed.read_text().splitlines():
            found.setdefault("/usr" + path if path.startswith("/lib") else path, set()).add(package)
    return found


def packages_of(paths, owned):
    found = set()
    for path in sorted({str(pathlib.Path(path).resolve()) for path in paths}):
        assert path in owned, f"no package owns {path}, so its licence is not known"
        found |= owned[path]
    return found


def version_of(package):
    return output_of("dpkg-query", "--show", "--showformat=${Version}\n", package).splitlines()[0]


def headers_of(build):
    """The headers of the system that the compiler read for the libraries of firstcome, not for their tests."""
    found, ours = set(), False
    for line in output_of("ninja", "-C", str(build), "-t", "deps").splitlines():
        if not line.startswith(" "):
            ours = re.match(r"src/.*CMakeFiles/firstcome\w*\.dir/", line) is not None
        elif ours and line.strip().startswith("/usr/"):
            found.add(line.strip())
    return found


def linked(build):
    """Every library in the binary of a tree that ninja has built, sorted."""
    binary = build / "bin" / "firstcome"
    needed = [line.split()[2] for line in output_of("ldd", binary).splitlines() if "=> /" in line]
    direct = set(re.findall(r"NEEDED.*\[(.*)\]", output_of("readelf", "--dynamic", binary)))
    owned = owners()
    libraries = packages_of((path for path in needed if pathlib.Path(path).name in direct), owned)
    compiled = {package for package in packages_of(headers_of(build), owned) if not TOOLCHAIN.match(package)}
    return sorted([Library(package, version_of(package), "linked") for package in libraries] +
                  [Library(package, version_of(package), "compiled in") for package in compiled - libraries])


def notices(libraries):
    """The copyright file of each package, once for the packages of one source."""
    texts = {}
    for library in libraries:
        text = pathlib.Path("/usr/share/doc", library.package, "copyright").read_text()
        texts.setdefault(text, []).append(library)
    parts = ["Third-party notices of firstcome\n\nfirstcome contains or links the following works. Debian built them; each text is the\n"
             "copyright file of the package. Texts that it names in /usr/share/common-licenses are in the package base-files of Debian.\n"]
    for text, users in sorted(texts.items(), key=lambda item: item[1]):
        names = "\n".join(f"{user.package} {user.version} ({user.how})" for user in users)
        parts.append(f"\n{'=' * 100}\n{names}\n{'=' * 100}\n\n{text.strip()}\n")
    return "".join(parts)


def bill_of_materials(libraries, version, commit, date, binary):
    """SPDX 2.3 as JSON."""
    release = Library("firstcome", version, "")
    packages = [{
        "SPDXID": "SPDXRef-firstcome",
        "name": release.package,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "primaryPackagePurpose": "APPLICATION",
        "licenseConcluded": "Apache-2.0",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "Copyright 2026 The firstcome authors",
        "sourceInfo": f"built from commit {commit}",
        "checksums": [{"algorithm": "SHA256", "checksumValue": hashlib.sha256(binary.read_bytes()).hexdigest()}],
        "comment": "The checksum is that of the program before it is stripped.",
    }]
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-firstcome"}]
    for library in libraries:
        name = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", library.package)
        packages.append({
            "SPDXID": name,
            "name": library.package,
            "versionInfo": library.version,
            "supplier": "Organization: Debian",
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False,
            "primaryPackagePurpose": "LIBRARY",
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": f"pkg:deb/debian/{library.package}@{library.version.replace('+', '%2B').replace(':', '%3A')}"}],
        })
        relations.append({"spdxElementId": "SPDXRef-firstcome", "relatedSpdxElement": name,
                          "relationshipType": "DYNAMIC_LINK" if library.how == "linked" else "STATIC_LINK"})
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"firstcome-{version}",
        "documentNamespace": f"https://github.com/firstcome/firstcome/spdx/firstcome-{version}-{commit}",
        "creationInfo": {"created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(date)), "creators": ["Tool: firstcome-scripts-release"]},
        "packages": packages,
        "relationships": relations,
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(notices(linked(pathlib.Path(sys.argv[1]))), end="")
