"""What bench/soak calls flat. Run by BenchScriptsTest, or: python3 bench/soak_test.py"""

import math
import random
import unittest

from loading import script
from nodes import HOUR, trend

soak = script("soak")

EVERY = 30
SAMPLES = 120


def rows(key, value):
    """An hour's samples of one column; value is asked for the hour's part that has passed, 0 to 1."""
    return [{"s": i * EVERY, key: value(i / SAMPLES)} for i in range(SAMPLES)]


def is_flat(key, value):
    return soak.judged(rows(key, value))[key][1]


class SoakTest(unittest.TestCase):
    def test_line_should_be_found_through_noise_and_outliers(self):
        chance = random.Random(7)
        times = range(0, 3600, EVERY)
        values = [200 + at / 100 + chance.gauss(0, 2) for at in times]
        for i in range(0, len(values), 10):
            values[i] += 500

        line = trend(times, values)

        self.assertAlmostEqual(line.growth(HOUR), 36, delta=3)
        self.assertAlmostEqual(line.begin, 200, delta=2)
        self.assertAlmostEqual(line.spread, 2, delta=1)

    def test_memory_that_creeps_should_not_be_flat(self):
        self.assertFalse(is_flat("gateway, resident MB", lambda part: 300 + 16 * part))
        self.assertTrue(is_flat("gateway, resident MB", lambda part: 300 + 14 * part))

    def test_noise_without_a_slope_should_be_flat(self):
        chance = random.Random(11)

        self.assertTrue(is_flat("worker, collected heap MB", lambda part: 50 + chance.gauss(0, 3)))

    def test_saw_teeth_should_be_flat(self):
        self.assertTrue(is_flat("worker, resident MB", lambda part: 400 + 200 * (part * 15 % 1)))

    def test_garbage_should_be_told_and_not_judged(self):
        creeping = rows("worker, old generation MB", lambda part: 40 + 40 * part)

        self.assertTrue(soak.judged(creeping)["worker, old generation MB"][1])
        self.assertRegex(soak.table(creeping), r"worker, old generation MB +44\.0 +0\.00 +\+40\.00")

    def test_collected_heap_that_creeps_should_not_be_flat_though_it_is_rarely_known(self):
        rarely = rows("worker, collected heap MB", lambda part: 40 + 4 * part if round(part * SAMPLES) % 10 == 0 else math.nan)

        self.assertFalse(soak.judged(rarely)["worker, collected heap MB"][1])

    def test_memory_that_shrinks_should_be_flat(self):
        self.assertTrue(is_flat("cloud, resident MB", lambda part: 300 - 100 * part))

    def test_descriptors_should_grow_by_less_than_one_in_the_hour(self):
        self.assertFalse(is_flat("gateway, open files", lambda part: 400 + round(2 * part)))
        self.assertFalse(is_flat("gateway, threads", lambda part: 40 + round(5 * part)))
        self.assertTrue(is_flat("gateway, open files", lambda part: 400 + (round(97 * part) % 7)))

    def test_temporary_files_that_gather_from_none_should_not_be_flat(self):
        self.assertFalse(is_flat("temporary files", lambda part: round(6 * part)))
        self.assertTrue(is_flat("temporary files", lambda part: 0))

    def test_warming_should_not_count(self):
        self.assertTrue(is_flat("gateway, resident MB", lambda part: 300 if part >= 0.1 else 100 + 2000 * part))

    def test_what_nobody_could_measure_should_not_be_flat(self):
        self.assertFalse(is_flat("gateway, collected heap MB", lambda part: math.nan))
        self.assertIn("not known", soak.table(rows("gateway, collected heap MB", lambda part: math.nan)))

    def test_a_few_samples_that_are_not_known_should_not_matter(self):
        self.assertTrue(is_flat("gateway, resident MB", lambda part: math.nan if 0.4 < part < 0.5 else 300))

    def test_table_should_tell_slope_day_and_spread(self):
        told = soak.table(rows("gateway, resident MB", lambda part: 300 + 30 * part)).splitlines()[1]

        self.assertRegex(told, r"^gateway, resident MB +303\.0 +0\.00 +\+30\.00 \(\+9\.9 %\) +\+720\.0  grew$")


if __name__ == "__main__":
    unittest.main()
