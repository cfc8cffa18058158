"""How bench/overload judges what it saw. Run by BenchScriptsTest, or: python3 bench/overload_test.py"""

import asyncio
import json
import math
import unittest

from loading import script

overload = script("overload")


def rows(value):
    """Samples of a minute."""
    return [
        {"s": at, "resident MB": value(at), "old generation MB": 20, "threads": 40, "open files": 90} for at in range(0, 60, 2)
    ]


def memory(value, heaps=(30, 31)):
    return overload.memory(rows(value), 60, *heaps)["grew"]


class OverloadTest(unittest.TestCase):
    def test_room_should_have_come_when_so_many_were_accepted_after_the_refusal(self):
        accepted = [0.5 * i for i in range(20)]

        self.assertEqual(overload.room_came([(1.0, 3), (1.2, 3)], accepted, 4), [(3, 2.0), (3, 1.8)])

    def test_room_that_never_came_should_not_be_judged(self):
        self.assertEqual(overload.room_came([(8.0, 3)], [0.5 * i for i in range(20)], 4), [])

    def test_honest_time_should_be_told_from_one_that_is_too_short(self):
        record = overload.Record()
        record.accepted_at = [i / 20 for i in range(2400)]
        record.refused = [(i / 10 + 0.01, 3) for i in range(1000)]
        record.returns = [(True, True), (True, False), (False, True)]

        honest = overload.honesty(record, 60, 40, 120)
        record.refused = [(at, 1) for at, _ in record.refused]
        hasty = overload.honesty(record, 60, 40, 120)

        self.assertAlmostEqual(honest["came_s"][1], 3.0, delta=0.05)
        self.assertEqual((honest["told_not_too_soon"], honest["told_at_most_three_times"]), (1.0, 1.0))
        self.assertEqual(hasty["told_not_too_soon"], 0.0)
        self.assertAlmostEqual(honest["found_room_per_s"], 20, delta=0.1)
        self.assertEqual((honest["accepted_during"], honest["accepted_after"]), (0.5, 1.0))

    def test_memory_that_settles_in_the_first_third_should_not_have_grown(self):
        self.assertEqual(memory(lambda at: 200 + 10 * min(at, 18)), [])

    def test_memory_that_goes_on_growing_should_be_told(self):
        self.assertEqual(memory(lambda at: 200 + 2 * at), ["resident memory"])
        self.assertEqual(memory(lambda at: 200, heaps=(30, 34)), ["collected heap"])

    def test_a_heap_that_is_not_known_should_not_pass(self):
        self.assertEqual(memory(lambda at: 200, heaps=(math.nan, math.nan)), ["collected heap"])

    def test_percentile_should_be_one_of_the_values(self):
        self.assertEqual([overload.percentile([4, 1, 3, 2], part) for part in (0.01, 0.5, 0.99)], [1, 2, 4])
        self.assertTrue(math.isnan(overload.percentile([], 0.5)))

    def test_what_is_not_known_should_be_null(self):
        self.assertEqual(json.dumps(overload.plain({"a": [math.nan, 1.5], "b": "x"})), '{"a": [null, 1.5], "b": "x"}')

    def test_only_answered_uploads_and_refusals_should_be_good(self):
        uploads = {"missing": [], "wrong": [], "others": {}}
        good = {"uploads": uploads, "memory": {"grew": []}}

        self.assertTrue(overload.is_good(good))
        for bad in ({"missing": ["a"]}, {"wrong": ["a"]}, {"others": {"503": 1}}):
            self.assertFalse(overload.is_good({**good, "uploads": {**uploads, **bad}}))
        self.assertFalse(overload.is_good({**good, "memory": {"grew": ["collected heap"]}}))


class Gateway:
    """Accepts every second upload and answers it; ends a connection after three answers."""

    def __init__(self):
        self.uploads = 0

    async def serve(self, reader, writer):
        for _ in range(3):
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except asyncio.IncompleteReadError:
                break
            length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
            await reader.readexactly(length)
            status, extra, body = self.answer(head.split(" ")[0], head.split(" ")[1])
            writer.write(f"HTTP/1.1 {status} x\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        writer.close()

    def answer(self, method, path):
        if method == "GET":
            request = path.split("/")[-1].split("?")[0]
            return 200, "", json.dumps({"id": request, "label": request})
        self.uploads += 1
        if self.uploads % 2:
            return 429, "Retry-After: 1\r\n", "{}"
        return 202, "", json.dumps({"id": path.split("file=")[1].removesuffix(".png")})


class FloodTest(unittest.IsolatedAsyncioTestCase):
    async def test_flood_should_keep_what_each_upload_was_told(self):
        gateway = Gateway()
        server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
        record = overload.Record()
        client = overload.Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        flood = overload.Flood(client, record)
        flood.has_patient = True

        self.assertEqual(await overload.still_waiting(await flood.pour(400, 0.5)), 0)
        missing, wrong = await flood.answers(60)
        client.close()
        server.close()

        self.assertEqual(len(record.accepted) + len(record.refused), gateway.uploads)
        self.assertEqual(record.others, {})
        self.assertEqual(len(record.accepted), gateway.uploads // 2)
        self.assertEqual([during for during, _ in record.returns], [False] * len(record.returns))
        self.assertGreaterEqual(len(record.returns), 4)
        self.assertEqual((missing, wrong), ([], []))


if __name__ == "__main__":
    unittest.main()
