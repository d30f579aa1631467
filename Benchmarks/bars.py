"""The figures that Sluice promises, and how they are shown beside what was measured."""

import dataclasses
import statistics


@dataclasses.dataclass
class Bar:
    """One line of the table. Less is better, unless `at_least`."""

    name: str
    must: float
    aim: float
    unit: str = ""
    at_least: bool = False
    measured: float | None = None
    # Why there is no figure.
    reason: str = ""
    # Left out on request: no figure is asked for.
    is_waived: bool = False

    def meets(self, limit):
        if self.measured is None:
            return False
        return self.measured >= limit if self.at_least else self.measured <= limit

    @property
    def is_missed(self):
        return not self.is_waived and not self.meets(self.must)

    @property
    def verdict(self):
        if self.is_waived:
            return "left out"
        if self.measured is None:
            return f"MISSED, not measured: {self.reason}"
        if not self.meets(self.must):
            return "MISSED"
        return "Aim met" if self.meets(self.aim) else "Must met"

    def figure(self, value):
        if value is None:
            return "–"
        return f"{value:.0f} {self.unit}" if self.unit else f"{value:.2f}"

    def limit(self, value):
        return ("≥ " if self.at_least else "≤ ") + self.figure(value)


def show(bars):
    width = max(len(bar.name) for bar in bars)
    print(f"{'bar':{width}}  {'measured':>10}  {'Must':>10}  {'Aim':>10}  verdict")
    for bar in bars:
        print(
            f"{bar.name:{width}}  {bar.figure(bar.measured):>10}  {bar.limit(bar.must):>10}  {bar.limit(bar.aim):>10}  "
            f"{bar.verdict}",
            flush=True,
        )


def median(figures):
    return statistics.median(figures) if figures else None
