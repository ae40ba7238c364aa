"""A figure: the ratio to its peer, measured once a round, and its target."""

import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Figure:
    name: str
    values: list  # one for each round
    target: float = None
    at_least: bool = True  # else: at most
    unit: str = ""
    rates: dict = field(default_factory=dict)  # the measured values: name → median, with the unit in the name

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def met(self):
        if self.target is None:
            return None
        return self.median >= self.target if self.at_least else self.median <= self.target

    def as_json(self):
        return {**asdict(self), "median": self.median, "low": min(self.values), "high": max(self.values), "met": self.met}

    def __str__(self):
        spread = f"{self.median:7.2f}{self.unit}  ({min(self.values):.2f} to {max(self.values):.2f})"
        if self.target is None:
            return f"  {self.name:56} {spread}"
        bound = "at least" if self.at_least else "at most"
        return f"  {self.name:56} {spread}, {bound} {self.target:g}: {'met' if self.met else 'MISSED'}"
