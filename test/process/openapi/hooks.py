"""Excludes cases that Schemathesis would wrongly report as errors of the server."""

import schemathesis


def fits(value):
    """The server accepts numbers of at most 64 bits anywhere in a body; a JSON Schema cannot express that."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -2**63 <= value < 2**64
    if isinstance(value, dict):
        return all(map(fits, value.values()))
    return all(map(fits, value)) if isinstance(value, list) else True


@schemathesis.hook
def filter_body(context, body):
    return fits(body)


@schemathesis.hook
def filter_case(context, case):
    """Schemathesis generates `If-Match: 0` as an invalid value, and treats it as valid in other cases."""
    return case.headers is None or case.headers.get("If-Match") != "0"
