"""The licence that the packages, the image and the release carry."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_licence_is_the_text_that_debian_has():
    ours = (ROOT / "LICENSE").read_bytes()
    assert ours == pathlib.Path("/usr/share/common-licenses/Apache-2.0").read_bytes()
