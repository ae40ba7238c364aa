"""The guides, typed word by word."""

import pathlib

import pytest
from reader import Reader, steps

GUIDES = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "guide"


@pytest.mark.parametrize("guide", ["first-coupon", "campaign"])
def test_a_guide_shows_the_real_output(tmp_path, guide):
    typed = steps((GUIDES / f"{guide}.md").read_text())
    assert len(typed) > 10
    Reader(tmp_path).type_all(typed)
