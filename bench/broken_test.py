"""Whether bench/broken still finds what it breaks. Run by BenchScriptsTest, or: python3 bench/broken_test.py"""

import unittest

from loading import script

broken = script("broken")

ACCOUNT = """\
lost: a.png was accepted as 01ABC and has no answer
images 10, accepted 10, answered 9, quarantined 0
lost 1, wrong 0, answered twice 0, invented 0, busy workers killed by the scaler 0
seed 7: NOT GOOD; everything is in /tmp/x
"""


class BrokenTest(unittest.TestCase):
    def test_what_is_broken_should_be_in_its_source_once(self):
        for name, one in broken.BREAKS.items():
            with self.subTest(name):
                for file, text in broken.edited(one.edits).items():
                    self.assertNotEqual(text, (broken.MAIN / file).read_text(encoding="utf-8"))

    def test_fault_should_be_noticed_by_its_own_count_and_finding(self):
        self.assertEqual(broken.judged(broken.BREAKS["delete-before-store"], ACCOUNT, False), (1, True))
        self.assertEqual(broken.judged(broken.BREAKS["wrong-caller"], ACCOUNT, False), (0, False))

    def test_drill_that_is_good_should_have_noticed_nothing(self):
        self.assertEqual(broken.judged(broken.BREAKS["delete-before-store"], ACCOUNT, True), (1, False))


if __name__ == "__main__":
    unittest.main()
