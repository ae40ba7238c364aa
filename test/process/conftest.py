from sanitized import nothing_found_by_a_sanitizer, reports  # noqa: F401
