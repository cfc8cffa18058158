"""What bench/soak calls flat, keeps and sends. Run by BenchScriptsTest, or: python3 bench/soak_test.py"""

import contextlib
import io
import math
import random
import struct
import sys
import tempfile
import unittest
import zlib
from pathlib import Path
from unittest import mock

from growth import HOUR, step, trend
from loading import script

soak = script("soak")

EVERY = 30
SAMPLES = 120


def rows(key, value):
    """An hour's samples of one column; value is asked for the hour's part that has passed, 0 to 1."""
    return [{"s": i * EVERY, key: value(i / SAMPLES)} for i in range(SAMPLES)]


def grew(key, value):
    return soak.judged(rows(key, value))[key].grew


def is_flat(key, value):
    return not grew(key, value)


def breathing(chance, base, deep):
    """Values that come and go between base and base + deep."""
    return lambda part: base + chance.randrange(deep + 1)


class GrowthTest(unittest.TestCase):
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

        self.assertEqual(soak.judged(creeping)["worker, old generation MB"].grew, ())
        self.assertRegex(soak.table(creeping), r"worker, old generation MB +44\.0 +0\.00 +\+40\.00")

    def test_collected_heap_that_creeps_should_not_be_flat_though_it_is_rarely_known(self):
        rarely = rows("worker, collected heap MB", lambda part: 40 + 4 * part if round(part * SAMPLES) % 10 == 0 else math.nan)

        self.assertEqual(soak.judged(rarely)["worker, collected heap MB"].grew, ("line", "last tenth"))

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

    def test_files_that_step_should_not_be_flat_though_no_line_sees_it(self):
        self.assertEqual(grew("gateway, open files", lambda part: 4300 if part >= 0.6 else 300), ("last tenth",))
        self.assertEqual(grew("gateway, threads", lambda part: 41 if part >= 0.6 else 40), ("last tenth",))

    def test_memory_that_begins_to_leak_late_should_not_be_flat(self):
        self.assertEqual(grew("worker, resident MB", lambda part: 400 + 500 * max(0, part - 0.8)), ("last tenth",))
        self.assertEqual(grew("worker, resident MB", lambda part: 500 if part >= 0.85 else 400), ("last tenth",))
        self.assertEqual(grew("worker, resident MB", lambda part: 400 + 1000 * max(0, part - 0.9)), ("last tenth",))

    def test_step_should_be_seen_through_noise(self):
        chance = random.Random(5)

        self.assertIn("last tenth", grew("worker, resident MB", lambda part: (450 if part >= 0.7 else 400) + chance.gauss(0, 8)))

    def test_step_within_the_bounds_should_be_flat(self):
        self.assertTrue(is_flat("worker, resident MB", lambda part: 419 if part >= 0.6 else 400))
        self.assertFalse(is_flat("worker, resident MB", lambda part: 421 if part >= 0.6 else 400))

    def test_step_that_is_given_back_should_be_flat(self):
        self.assertTrue(is_flat("gateway, open files", lambda part: 900 if 0.5 < part < 0.7 else 300))

    def test_a_peak_at_the_end_should_be_flat(self):
        self.assertTrue(is_flat("gateway, open files", lambda part: 340 if part > 0.97 else 300))

    def test_files_that_come_and_go_should_be_flat_nearly_always(self):
        runs = [is_flat("gateway, open files", breathing(random.Random(seed), 400, 30)) for seed in range(30)]

        self.assertGreaterEqual(runs.count(True), 27)

    def test_growth_that_may_be_chance_should_be_told_as_unclear(self):
        heaps = [45.7, 65.4, 76.4, 49.8, 54.5, 52.9, 73.1, 46.1, 68.3, 80.9, 60.1, 61.3]
        samples = [{"s": 316 * i, "gateway, collected heap MB": heap} for i, heap in enumerate(heaps)]
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = soak.tell(soak.grown(samples), samples)

        self.assertEqual(status, 0)
        self.assertRegex(out.getvalue(), r"unclear, for it may be chance: gateway, collected heap MB: line.*\nverdict: good\n")
        self.assertIn("  unclear: line", soak.table(samples))

    def test_files_that_leak_under_those_that_come_and_go_should_not_be_flat(self):
        leaks = (lambda part: 60 * (part >= 0.6), lambda part: 60 * part, lambda part: 300 * max(0, part - 0.8))
        for leak in leaks:
            come_and_go = breathing(random.Random(3), 400, 30)
            self.assertFalse(is_flat("gateway, open files", lambda part: come_and_go(part) + round(leak(part))))

    def test_noise_of_a_heap_that_is_rarely_known_should_be_flat_nearly_always(self):
        runs = []
        for seed in range(30):
            chance = random.Random(seed)
            rarely = lambda part: 35 + chance.gauss(0, 3) if round(part * SAMPLES) % 5 == 0 else math.nan
            runs.append(is_flat("worker, collected heap MB", rarely))

        self.assertGreaterEqual(runs.count(True), 27)

    def test_one_odd_heap_at_the_end_should_be_flat_where_few_are_known(self):
        known = {10 * i: 40 for i in range(12)} | {110: 60}

        self.assertTrue(is_flat("worker, collected heap MB", lambda part: known.get(round(part * SAMPLES), math.nan)))

    def test_step_should_be_told_by_the_lesser_of_its_rises(self):
        told = step([1, 2, 9, *[2] * 24, 6, 7, 12])

        self.assertEqual((told.begin, told.rise, told.growth), (2, 5, 3))
        self.assertIsNone(step([1, math.nan]))

    def test_step_of_a_short_run_should_be_scaled_to_an_hour_and_that_of_a_long_one_should_not(self):
        def stepped(every):
            samples = [{"s": i * every, "cloud, resident MB": 310 if i >= 70 else 300} for i in range(SAMPLES)]
            return soak.judged(samples)["cloud, resident MB"].grew

        self.assertEqual(stepped(EVERY), ())
        self.assertIn("last tenth", stepped(EVERY / 2))
        longer = [{"s": i * 10 * EVERY, "gateway, open files": 301 if i >= 70 else 300} for i in range(SAMPLES)]
        self.assertEqual(soak.judged(longer)["gateway, open files"].grew, ("last tenth",))

    def test_table_should_tell_slope_day_and_spread(self):
        told = soak.table(rows("gateway, resident MB", lambda part: 300 + 30 * part)).splitlines()[1]

        self.assertRegex(
            told,
            r"^gateway, resident MB +303\.0 +0\.00 +\+30\.00 \(\+9\.9 %\) +0\.00 +\+720\.0 "
            r"+\+24\.25 \(\+8\.0 %\) +0\.\d+ +\+24\.25  grew: line, last tenth$",
        )


def main(*arguments):
    """Runs the script; its exit status and what it said."""
    out = io.StringIO()
    with mock.patch.object(sys, "argv", ["soak", *arguments]), contextlib.redirect_stdout(out):
        return soak.main(), out.getvalue()


class SamplesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "samples" / "soak.csv"

    def keep(self, samples):
        self.file.parent.mkdir()
        with open(self.file, "w", newline="", encoding="utf-8") as file:
            for sample in samples:
                soak.write(file, sample, is_first=sample is samples[0])

    def test_samples_that_were_kept_should_be_judged(self):
        self.keep(rows("gateway, open files", lambda part: 300))
        self.assertEqual((main("--judge", str(self.file))[0], main("--judge", str(self.file))[1].splitlines()[-1]), (0, "verdict: good"))

    def test_kept_samples_that_grow_should_end_with_status_1(self):
        self.keep(rows("gateway, open files", lambda part: 4300 if part >= 0.6 else 300))
        status, said = main("--judge", str(self.file))

        self.assertEqual(status, 1)
        self.assertIn("verdict: gateway, open files: last tenth", said)
        self.assertIn("+4000.00", said)

    def test_what_is_not_known_should_be_kept_as_such(self):
        self.keep([{"s": 0, "a": math.nan}, {"s": 30, "a": 1.5}])
        first, second = soak.read(self.file)

        self.assertTrue(math.isnan(first["a"]))
        self.assertEqual(second, {"s": 30, "a": 1.5})

    def test_a_line_that_was_broken_off_should_be_left_out(self):
        self.keep([{"s": 0, "a": 1}, {"s": 30, "a": 125}])
        self.file.write_bytes(self.file.read_bytes()[:-3])

        self.assertEqual(soak.read(self.file), [{"s": 0, "a": 1}])

    def test_what_holds_no_samples_should_be_refused(self):
        self.file.parent.mkdir()
        for text in ("", "s,a\n", "b\n1\n", "s,a\n1\n", "s,a\n1,x\n"):
            self.file.write_text(text)
            with self.assertRaisesRegex(SystemExit, "soak.csv"):
                soak.read(self.file)

    def test_each_sample_should_be_in_the_file_when_it_is_taken(self):
        seen = []
        taken = lambda seconds: seen.append([row["gateway, threads"] for row in soak.read(self.file)])
        generator = mock.Mock(poll=mock.Mock(side_effect=[None, None, 0]))
        nodes = mock.Mock(processes={"gateway": None}, scratch=self.file.parent)
        with (
            mock.patch.object(soak, "sample", side_effect=[{"threads": 40}, {"threads": 41}]),
            mock.patch.object(soak, "live_heap", return_value=30),
            mock.patch.object(soak.time, "sleep", taken),
        ):
            samples = soak.watch(nodes, generator, 30, 0, self.file)

        self.assertEqual(seen, [[40], [40, 41]])
        self.assertEqual(soak.read(self.file), samples)


class SentTest(unittest.TestCase):
    def test_all_answered_and_as_many_as_were_due_should_be_good(self):
        self.assertEqual(soak.unsent({"requests": 98_100, "missing": 0, "wrong": 0, "unfinished": 0}, 100_000), [])

    def test_missing_unfinished_and_too_few_should_be_told(self):
        self.assertEqual(
            soak.unsent({"requests": 97_900, "missing": 2, "wrong": 1, "unfinished": 3}, 100_000),
            ["2 missing", "1 wrong", "3 unfinished", "97900 requests sent where 100000 were due"],
        )
        self.assertEqual(len(soak.unsent({"requests": 102_100, "missing": 0, "wrong": 0, "unfinished": 0}, 100_000)), 1)

    def test_chance_of_a_short_run_should_be_allowed(self):
        self.assertEqual(soak.unsent({"requests": 560, "missing": 0, "wrong": 0, "unfinished": 0}, 600), [])
        self.assertEqual(len(soak.unsent({"requests": 500, "missing": 0, "wrong": 0, "unfinished": 0}, 600)), 1)

    def test_large_photograph_should_be_a_png_of_3_mib_and_the_same_each_time(self):
        png = soak.large_png()
        chunks, at = {}, 8
        while at < len(png):
            length, name = struct.unpack(">I4s", png[at : at + 8])
            chunks[name] = png[at + 8 : at + 8 + length]
            self.assertEqual(struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0], zlib.crc32(name + chunks[name]))
            at += 12 + length

        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(list(chunks), [b"IHDR", b"IDAT", b"IEND"])
        self.assertEqual(struct.unpack(">IIBBBBB", chunks[b"IHDR"]), (1024, 1024, 8, 2, 0, 0, 0))
        self.assertEqual(len(zlib.decompress(chunks[b"IDAT"])), 1024 * (1 + 3 * 1024))
        self.assertAlmostEqual(len(png) / 2**20, 3, delta=0.05)
        self.assertEqual(png, soak.large_png())

    def test_large_photograph_and_a_webp_should_be_sent_besides(self):
        with tempfile.TemporaryDirectory() as folder:
            gathered = soak.gather(soak.HOME / "samples", Path(folder) / "photographs")
            sizes = {file.name: file.stat().st_size for file in gathered.iterdir()}

        self.assertEqual(len(sizes), 6)
        self.assertEqual([name for name, size in sizes.items() if size > 2**20], ["large-of-noise.png"])
        self.assertIn("small.webp", sizes)


if __name__ == "__main__":
    unittest.main()
