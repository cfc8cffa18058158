"""Whether samples grow: a line through them, and the last tenth of them against the first. For bench/soak and bench/overload."""

import itertools
import math
import statistics
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR
#: The median absolute deviation of normally distributed values, times this, is their standard deviation.
NORMAL = 1.4826
#: The standard error of a median of normally distributed values, as a multiple of that of their mean.
MEDIAN = 1.2533
#: Growth of no more than so many standard errors may be chance.
CHANCE = 2
#: A tenth has so many samples at least, as far as half of all are so many.
FEWEST = 3


def share(growth, begin):
    """Growth as a share of the beginning."""
    return growth / begin if begin > 0 else (math.inf if growth > 0 else 0.0)


@dataclass(frozen=True)
class Trend:
    """A line through samples by Theil and Sen: the median of the slopes of all pairs, which single samples cannot bend.

    begin: the line's value at the first sample; slope: for each second; spread: of the samples about the line, by the median
    absolute deviation, as a standard deviation; error: the standard error of the slope that comes with such a spread.
    """

    begin: float
    slope: float
    spread: float
    error: float

    def growth(self, seconds):
        return self.slope * seconds

    def share(self, seconds):
        """Growth as a share of the beginning."""
        return share(self.growth(seconds), self.begin)

    def is_chance(self):
        return self.slope <= CHANCE * self.error


def trend(times, values):
    """The trend of the samples that are known; None with fewer than two moments."""
    points = [(at, value) for at, value in zip(times, values) if not math.isnan(value)]
    slopes = [(v - u) / (t - s) for (s, u), (t, v) in itertools.combinations(points, 2) if t != s]
    if not slopes:
        return None
    slope = statistics.median(slopes)
    first = points[0][0]
    begin = statistics.median(value - slope * (at - first) for at, value in points)
    spread = NORMAL * statistics.median(abs(value - begin - slope * (at - first)) for at, value in points)
    middle = statistics.fmean(at for at, _ in points)
    return Trend(begin, slope, spread, spread / math.sqrt(sum((at - middle) ** 2 for at, _ in points)))


@dataclass(frozen=True)
class Step:
    """The last tenth of samples against the first, which shows what a line cannot: a step, and what begins late.

    begin: the median of the first tenth; rise: of the median; growth: the lesser of the rises of the median and the highest sample. What
    is not given back lifts both; what comes and goes was as high before, and a single peak lifts no median. error: the standard error of
    the rise, by the differences of neighbours, which neither steps nor slopes widen.
    """

    begin: float
    rise: float
    growth: float
    error: float

    def is_chance(self):
        return self.growth <= CHANCE * self.error


def step(values):
    """The step of the samples that are known; None with fewer than two."""
    known = [value for value in values if not math.isnan(value)]
    if len(known) < 2:
        return None
    size = min(max(FEWEST, math.ceil(len(known) / 10)), len(known) // 2)
    first, last = known[:size], known[-size:]
    rises = [measure(last) - measure(first) for measure in (statistics.median, max)]
    noise = NORMAL / math.sqrt(2) * statistics.median(abs(after - before) for before, after in zip(known, known[1:]))
    return Step(statistics.median(first), rises[0], min(rises), MEDIAN * noise * math.sqrt(2 / size))
