/// For ThreadSanitizer alone: what it must not judge.

extern "C" const char* __tsan_default_suppressions();

/// librdkafka was not compiled to be followed. Who still uses what it counts by atomics, so that what its
/// last user frees looks taken from the one before. Therefore nothing that it calls itself is looked at
/// (free, memcpy, its read-write locks); what we do is, in its callbacks and with its messages, too.
const char* __tsan_default_suppressions() { return "called_from_lib:librdkafka.so\n"; }
