"""What bench/bill reckons, by hand. Run by BenchScriptsTest, or: python3 bench/bill_test.py"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from loading import script

HERE = Path(__file__).resolve().parent
bill = script("bill")
FIGURES = bill.load(HERE / "bill.json")


def workload(images, minutes=0.0, wait=0.0):
    return {"name": "test", "images_day": images, "wait_s": wait, "minutes_day": {"0.5": minutes}}


def month(images, minutes=0.0, wait=0.0, **system):
    return dict(bill.parts(FIGURES, bill.system_of(FIGURES, system), workload(images, minutes, wait), "0.5"))


class BillTest(unittest.TestCase):
    def test_idle_calls_should_be_those_of_the_code(self):
        rows = bill.idle_calls(bill.system_of(FIGURES, {"gateways": 1}))
        hourly = {kind: sum(row[3] for row in rows if row[2] == kind) for kind in ("sqs", "write", "read")}
        # Two long polls of 20 s and a depth every 10 s; 1,800 renewals with a look each, a listing for 16 of them, a meeting every
        # 10 s, 6 lines of the ledger; nobody else's entry to read.
        self.assertEqual(hourly["sqs"], 2 * 180 + 360)
        self.assertEqual(hourly["write"], 3600 + 112.5 + 720 + 6)
        self.assertEqual(hourly["read"], 0)

    def test_a_million_images_should_cost_six_million_requests_and_two_million_writes(self):
        none = month(0, callers_wait=False)
        million = month(1_000_000 / bill.DAYS, callers_wait=False)
        self.assertAlmostEqual(million["writes and listings in S3"] - none["writes and listings in S3"], 10.00 + 54 * 730 * 5e-6)
        self.assertAlmostEqual(million["reads in S3"] - none["reads in S3"], 0.80)
        idle = bill.system_of(FIGURES)
        polls = 730 * sum(row[3] for row in bill.idle_calls(idle) if row[2] == "sqs")
        self.assertAlmostEqual(million["requests to SQS"], (6e6 + polls - 1e6) * 0.4e-6)

    def test_instance_time_should_be_paid_with_its_disk_and_spot_without_discount_on_the_disk(self):
        hours = 60 / 60 * bill.DAYS
        disk = 12 * 0.08 / 730
        self.assertAlmostEqual(month(1, minutes=60)["workers and their disks"], hours * (0.08925 + disk))
        self.assertAlmostEqual(month(1, minutes=60, spot=True)["workers and their disks"], hours * (0.08925 * 0.35 + disk))
        self.assertAlmostEqual(month(0, min_instances=1)["workers and their disks"], 730 * (0.08925 + disk))

    def test_looks_for_callers_should_have_a_ceiling(self):
        system = bill.system_of(FIGURES)
        self.assertAlmostEqual(bill.looks_for_callers(system, 1000, 60), 20_000)
        self.assertAlmostEqual(bill.looks_for_callers(system, 1e12, 60), 2 * 64 / 3 * 730 * 3600)
        self.assertEqual(bill.looks_for_callers({**system, "callers_wait": False}, 1000, 60), 0)

    def test_storage_should_grow_with_its_lifetime(self):
        self.assertAlmostEqual(month(10_000, input_days=30)["images in S3"], 30 * 0.023)
        self.assertAlmostEqual(month(10_000, input_days=15)["images in S3"], 15 * 0.023)

    def test_addresses_should_be_those_of_the_terraform_files(self):
        of = lambda **set: bill.public_addresses(bill.system_of(FIGURES, set))
        self.assertEqual(of(), 2 + 2)
        self.assertEqual(of(nat=True), 2 + 1)
        self.assertEqual(of(load_balancer=False, gateways=1), 1)

    def test_a_load_balancer_should_be_paid_by_its_largest_dimension(self):
        system = bill.system_of(FIGURES)
        self.assertAlmostEqual(bill.lcu_hours(system, 1e6, 0), 101)
        small = {**system, "image_kb": 1}
        self.assertAlmostEqual(bill.lcu_hours(small, 1e6, 0), 1e6 / 90_000)
        self.assertAlmostEqual(bill.lcu_hours(small, 1e6, 600), 1e6 * 600 / 3600 / 3000)

    def test_an_unknown_figure_should_be_refused(self):
        with self.assertRaises(SystemExit) as refused:
            bill.system_of(FIGURES, {"gatewys": 3})
        self.assertIn("gatewys", str(refused.exception))

    def test_a_file_without_a_part_should_be_refused_in_one_line(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"prices": {}}, file)
            file.flush()
            ended = subprocess.run([sys.executable, HERE / "bill", "--figures", file.name], capture_output=True, text=True)
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stderr, r'^bill: .* has no "free"; take bench/bill.json as the form\n$')

    def test_a_page_should_be_written_between_its_marks_and_then_pass(self):
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text(f"before\n{bill.BEGIN}\nstale tables\n{bill.END}\nafter\n", encoding="utf-8")
            run = lambda how: subprocess.run([sys.executable, HERE / "bill", how, page], capture_output=True, text=True)
            self.assertEqual(run("--check").returncode, 1)
            self.assertEqual(run("--write").returncode, 0)
            self.assertEqual(run("--check").returncode, 0)
            text = page.read_text(encoding="utf-8")
        self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
        self.assertNotIn("stale tables", text)


if __name__ == "__main__":
    unittest.main()
