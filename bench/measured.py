"""Results that are kept while they are measured, so that an interrupted run goes on."""

import json
import sys


class Results:
    """Step → name → values, one for each round. Written after every measurement. An earlier file goes on if it was measured at
    the same commit and for as many seconds."""

    def __init__(self, file, head, fresh):
        self.file = file
        self.all = {**head, "steps": {}}
        if file.exists() and not fresh:
            earlier = json.loads(file.read_text())
            if {key: earlier.get(key) for key in ("commit", "seconds")} == {key: head[key] for key in ("commit", "seconds")}:
                self.all["steps"] = earlier["steps"]

    def values(self, step, name):
        return self.all["steps"].setdefault(step, {}).setdefault(name, [])

    def has(self, step, name, round_number=0):
        return len(self.values(step, name)) > round_number

    def measure(self, step, name, round_number, what):
        """`what()`, unless this round has it."""
        if self.has(step, name, round_number):
            return
        value = what()
        self.values(step, name).append(value)
        print(f"round {round_number + 1}, {step}, {name}: {value}", file=sys.stderr, flush=True)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.all, indent=1) + "\n")
