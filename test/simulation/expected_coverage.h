#pragma once

namespace firstcome::simulation {

/// What must be met at least once in a thousand seeds: a simulator that no longer reaches it checks nothing.
inline constexpr const char* kExpectedCoverage[] = {
    "appended again", "acknowledgement doubled", "acknowledgement lost", "acknowledgement without offset",
    "clock backwards", "commits lost", "connection broken", "dropped with its sender", "foreign record",
    "forged", "gapless appender failed", "gapless ghost", "hole", "hole at the end", "import ended",
    "import given up", "log checked", "log compared", "newest record copied", "node crashed",
    "node that only answers", "nobody owns at rest", "not persisted", "ownership moved",
    "possibly persisted, in", "possibly persisted, out", "queue full", "reading stopped", "relay failed",
    "relayed", "reload", "save failed", "save missed", "save reply lost, committed",
    "save reply lost, landed late", "save reply lost, rolled back", "stamped by the sender", "store crashed",
    "store down", "takeover", "thread stalled", "ticket answered", "ticket from the store",
    "ticket not held here", "turned up later",
    // every code
    "code ACCEPTED", "code ALREADY_ISSUED", "code CLOSED", "code DUPLICATE", "code ENDED", "code EXISTS",
    "code FORWARDED", "code INVALID", "code NONE", "code NOT_STARTED", "code PAUSED", "code REFUSED",
    "code RULES", "code SOLD_OUT", "code STALE", "code SUCCESS", "code UNCHANGED", "code UNKNOWN_POLICY",
    // every early refusal
    "early ALREADY_ISSUED", "early CLOSED", "early ENDED", "early NOT_STARTED", "early PAUSED",
    "early SOLD_OUT", "early UNKNOWN_POLICY",
    // every way not to be decided
    "told outcome 1", "told outcome 2", "told outcome 3", "told outcome 4"};

}  // namespace firstcome::simulation
