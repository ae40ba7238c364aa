"""The judge itself: each broken promise must be seen."""

import pytest
from clients import Request
from promises import check_answers


def told(user, sent, answered, result, sequence=None):
    body = {"result": result, "policyId": 1, "userId": user}
    if sequence is not None:
        body["sequence"] = sequence
    return Request(1, user, sent, answered, 201, body)


def test_what_is_right_passes():
    check_answers([told(1, 1, 4, "SUCCESS", 2), told(2, 2, 3, "SUCCESS", 1), told(1, 5, 6, "ALREADY_ISSUED", 2),
                   told(3, 7, 8, "SOLD_OUT"), Request(1, 4, 9)], 1, 2)


@pytest.mark.parametrize("broken", [
    [told(1, 1, 2, "SUCCESS", 3)],  # more than there are
    [told(1, 1, 2, "SUCCESS", 1), told(1, 3, 4, "SUCCESS", 2)],  # two for one user
    [told(1, 1, 2, "SUCCESS", 1), told(1, 3, 4, "SUCCESS", 1)],  # told twice that it is new
    [told(1, 1, 2, "SUCCESS", 1), told(1, 3, 4, "ALREADY_ISSUED", 2)],  # another than was told
    [told(1, 1, 2, "SUCCESS", 1), told(2, 3, 4, "SUCCESS", 1)],  # one for two users
    [told(1, 1, 2, "SUCCESS", 2), told(2, 3, 4, "SUCCESS", 1)],  # the later one ahead
    [told(1, 1, 2, "SOLD_OUT"), told(2, 3, 4, "SUCCESS", 1)],  # sold out, and then not
])
def test_what_is_broken_is_seen(broken):
    with pytest.raises(AssertionError):
        check_answers(broken, 1, 2)
