"""How bench/drills reads a drill's account. Run by BenchScriptsTest, or: python3 bench/drills_test.py"""

import argparse
import importlib.machinery
import importlib.util
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent


def script():
    loader = importlib.machinery.SourceFileLoader("drills", str(HERE / "drills"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("drills", loader))
    loader.exec_module(module)
    return module


drills = script()

GOOD = """\
10 kills, 1200 of 2000 images without an answer yet
faults: kill-worker 3, kill-worker-at-work 14, kill-in-launch 1, s3-gone 2
forced points: kill-before-send 0, kill-before-delete 0, kill-in-launch 1, kill-in-terminate 0
forced point kill-before-send was met by none of 50 kills, so this drill says nothing of it
starts of gateways: 2, 1, 3
images in the hand of a killed worker 21; from the kill to the answer: median 5.2 s, 90 % 7.9 s, longest 12.4 s
results of images after a kill of their worker 14, within 10 s of the lease's end 8
later with SQS or S3 in trouble or a worker that stood still 3, with no worker that could work 2, with neither 1, of which 1 had come to yet another worker
deaths of the lease's holder 6, after 1 of which nobody acted; until a gateway acted again: median 14.0 s, 90 % 30.1 s, longest 31.5 s; \
within 25 s 4, later with another fault in that time 1, without one 1
workers ended by the scaler 9, of which the drill killed 1 before a last word, and kept 0 with images from being heard until they counted as dead
images 2000, accepted 2000, answered 2000, quarantined 1
lost 0, wrong 0, answered twice 0, invented 0, busy workers killed by the scaler 0
seed 7: good
"""


class DrillsTest(unittest.TestCase):
    def test_account_should_be_read_whole(self):
        account = drills.account_of(GOOD)

        self.assertEqual(account["faults"], {"kill-worker": 3, "kill-worker-at-work": 14, "kill-in-launch": 1, "s3-gone": 2})
        self.assertEqual(account["kills"], 18)
        self.assertEqual(list(account["forced"].values()), [0, 0, 1, 0])
        self.assertEqual((account["accepted"], account["answered"], account["quarantined"]), (2000, 2000, 1))
        self.assertEqual(account["waits_s"], [5.2, 7.9, 12.4])
        self.assertEqual(account["rescued"], 21)
        self.assertEqual((account["results"], account["in_time"]), (14, 8))
        self.assertEqual((account["disturbed"], account["deserted"], account["late"], account["passed_on"]), (3, 2, 1, 1))
        self.assertEqual((account["failovers"], account["failovers_s"]), (6, [14.0, 30.1, 31.5]))
        self.assertEqual((account["failovers_in_time"], account["failovers_disturbed"], account["failovers_late"]), (4, 1, 1))
        self.assertEqual(list(account["counts"].values()), [0, 0, 0, 0, 0])

    def test_finding_should_not_be_taken_for_the_account(self):
        text = "lost: drill-7-000003.png was accepted as abc and has no answer\n" + GOOD.replace("lost 0", "lost 1")

        self.assertEqual(drills.account_of(text)["counts"]["lost"], 1)

    def test_drill_without_deaths_should_have_no_times_of_them(self):
        text = "deaths of the lease's holder 0; until a gateway acted again; within 25 s 0, later with another fault in that time 0, without one 0\n"
        account = drills.account_of(text)

        self.assertEqual((account["failovers"], account["failovers_in_time"]), (0, 0))
        self.assertIsNone(account["failovers_s"])
        self.assertIn("| 0 of 0; 0; 0; 0 | 0 of 0; 0; 0; – |", drills.row({"seed": 1, "images": 1, "good": True, "minutes": 1.0, **account}))

    def test_drill_that_broke_off_should_have_no_figures_instead_of_zeros(self):
        account = drills.account_of("flotilla: no space left\n")

        self.assertIsNone(account["answered"])
        self.assertIsNone(account["forced"])
        self.assertIsNone(account["counts"]["lost"])

    def test_total_should_add_up(self):
        result = {"seed": 7, "images": 2000, "good": True, "minutes": 5.0, **drills.account_of(GOOD)}
        bad = {**result, "commit": "abc1234", "good": False, "counts": {**result["counts"], "lost": 2}}

        self.assertEqual(
            drills.total([result, bad]),
            "2 drills, 1 good: 4000 images, 4000 answered, 2 quarantined, 36 kills among 40 faults, "
            "at forced points: kill-before-send 0, kill-before-delete 0, kill-in-launch 2, kill-in-terminate 0; "
            "lost 2, wrong 0, answered twice 0, invented 0, busy workers killed by the scaler 0; "
            "of 28 results after a kill of the image's worker 16 came within 10 s of the lease's end, "
            "later with SQS or S3 in trouble or a worker that stood still 6, with no worker that could work 4, with neither 2; "
            "after 12 deaths of the lease's holder a gateway acted within 25 s 8 times, later with another fault in that time 2, without one 2, "
            "after 31.5 s at most; by abc1234, an unknown commit",
        )

    def test_row_should_tell_a_bad_drill(self):
        result = {"seed": 7, "images": 2000, "good": False, "minutes": 5.0, **drills.account_of(GOOD)}

        self.assertTrue(drills.row(result).endswith("| NOT GOOD |"))
        self.assertIn("| 18 | 0, 0, 1, 0 | 2 | 0, 0, 0, 0, 0 | 5.2, 7.9, 12.4 s | 8 of 14; 3; 2; 1 | 4 of 6; 1; 1; 14.0, 30.1, 31.5 s |", drills.row(result))

    def test_seeds_should_be_ranges_and_numbers(self):
        self.assertEqual(drills.seeds_of("1-3,7"), [1, 2, 3, 7])
        with self.assertRaises(argparse.ArgumentTypeError):
            drills.seeds_of("a")

    def test_series_should_only_take_up_what_was_run_alike(self):
        arguments = argparse.Namespace(images=2000, kills=100)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "drills.jsonl"
            lines = [
                {"seed": 1, "images": 2000, "asked_kills": 100, "options": [], "rules": drills.RULES},
                {"seed": 2, "images": 200, "asked_kills": 100, "options": [], "rules": drills.RULES},
                {"seed": 3, "images": 2000, "asked_kills": 100, "options": ["--model"], "rules": drills.RULES},
                {"seed": 4, "images": 2000, "asked_kills": 100, "options": []},
            ]
            out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

            self.assertEqual(list(drills.known(out, arguments, [])), [1])


if __name__ == "__main__":
    unittest.main()
