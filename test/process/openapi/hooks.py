"""What Schemathesis would hold against the server without reason."""

import schemathesis


def fits(value):
    """The server reads numbers of at most 64 bits, wherever in a body they stand; a JSON Schema cannot say that."""
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
    """Schemathesis says of `If-Match: 0`, which it made as a value that is not allowed, in other cases that it is."""
    return case.headers is None or case.headers.get("If-Match") != "0"
