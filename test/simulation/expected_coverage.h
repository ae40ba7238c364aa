#pragma once

namespace firstcome::simulation {

/// Events that must occur in a thousand seeds; without them the simulator tests nothing.
inline constexpr const char* kExpectedCoverage[] = {
    "appended again", "acknowledgement doubled", "acknowledgement lost", "acknowledgement without offset",
    "clock backwards", "commits lost", "connection broken", "dropped with its sender",
    "expired policy closed", "foreign record", "forged", "gapless appender failed", "gapless ghost", "hole",
    "hole at the end", "import ended", "list ended", "codes ended", "import abandoned", "log checked",
    "log compared", "newest record copied", "node crashed", "no owner at rest", "node that only answers",
    "not persisted", "ownership moved", "possibly persisted, in", "possibly persisted, out", "queue full",
    "reading stopped", "relay failed", "relayed", "reload", "save failed", "save missed",
    "save reply lost, committed", "save reply lost, committed late", "save reply lost, rolled back",
    "stamped by the sender", "store crashed", "store down", "takeover", "thread stalled", "ticket answered",
    "ticket from the store", "ticket not held here", "turned up later",
    // every code
    "code ACCEPTED", "code ALREADY_ISSUED", "code CLOSED", "code DUPLICATE", "code ENDED", "code EXISTS",
    "code FORWARDED", "code INVALID", "code NONE", "code NOT_STARTED", "code PAUSED", "code REFUSED",
    "code RULES", "code SOLD_OUT", "code STALE", "code SUCCESS", "code UNCHANGED", "code UNKNOWN_POLICY",
    "code UNKNOWN_COUPON", "code ALREADY_USED", "code RESERVED", "code CANCELLED", "code EXPIRED",
    "code NOT_YET_VALID", "code NOT_RESERVED", "code NOT_USED", "code NOT_ELIGIBLE",
    // every early refusal
    "early ALREADY_ISSUED", "early CLOSED", "early ENDED", "early NOT_STARTED", "early PAUSED",
    "early SOLD_OUT", "early UNKNOWN_POLICY", "early NOT_ELIGIBLE",
    // repeats without a record
    "repeat cached", "repeat joined", "ticket shared",
    // every reply without a decision
    "reply kind 1", "reply kind 2", "reply kind 3", "reply kind 4"};

}  // namespace firstcome::simulation
