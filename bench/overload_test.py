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

    def test_what_is_as_it_must_be_should_be_good(self):
        self.assertEqual(overload.failed(result()), [])
        self.assertEqual(overload.failed(result(told_by_came=0.5, accepted_s=3.0)), [])

    def test_each_failure_should_be_told_alone(self):
        well = {200: 1800}
        cases = [
            ({"missing": ["a", "b"]}, "accepted images without an answer: 2"),
            ({"wrong": ["a"]}, "accepted images with a wrong answer: 1"),
            ({"others": {"503": 4}}, "uploads answered with neither 202 nor 429: 4 × 503"),
            ({"grew": ["collected heap"]}, "grew: collected heap"),
            ({"health": {"/healthz": {200: 1799, 0: 1}, "/readyz": well}}, "/healthz was not always answered with 200: 1799 × 200, 1 × 0"),
            ({"health": {"/healthz": well, "/readyz": {503: 2}}}, "/readyz was not always answered with 200: 2 × 503"),
            ({"health": {"/healthz": well}}, "/readyz was not always answered with 200: never asked"),
            ({"told_by_came": 0.4}, "Retry-After was 0.40 times what it took, in the median, and not 0.5 to 3 times"),
            ({"told_by_came": 3.1}, "Retry-After was 3.10 times what it took, in the median, and not 0.5 to 3 times"),
            ({"told_by_came": math.nan}, "Retry-After was nan times what it took, in the median, and not 0.5 to 3 times"),
            ({"accepted_s": 3.1}, "the next upload was accepted after 3.10 s; a tenth of the backlog is free after 3.00 s"),
            ({"accepted_s": math.nan}, "the next upload was accepted after nan s; a tenth of the backlog is free after 3.00 s"),
        ]
        for bad, told in cases:
            with self.subTest(told):
                self.assertEqual(overload.failed(result(**bad)), [told])

    def test_all_that_failed_should_be_told(self):
        self.assertEqual(len(overload.failed(result(missing=["a"], grew=["resident memory"], accepted_s=9))), 3)


def result(missing=(), wrong=(), others=None, grew=(), health=None, told_by_came=1.3, accepted_s=0.15):
    """What a flood gives that bench/overload judges."""
    health = health or {path: {200: 1800} for path in overload.PROBED}
    return {
        "uploads": {"missing": missing, "wrong": wrong, "others": others or {}},
        "memory": {"grew": grew},
        "health": {path: {"statuses": statuses} for path, statuses in health.items()},
        "retry_after": {"told_by_came": [1.0, told_by_came, 1.5]},
        "after": {"accepted_s": accepted_s, "room_is_s": 3.0},
    }


class Gateway:
    """Accepts every second upload, or none, and answers it; ends a connection after three answers."""

    def __init__(self, has_room=True):
        self.uploads = 0
        self.has_room = has_room
        self.serving = set()

    async def serve(self, reader, writer):
        self.serving.add(asyncio.current_task())
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
        if self.uploads % 2 or not self.has_room:
            return 429, "Retry-After: 1\r\n", "{}"
        return 202, "", json.dumps({"id": path.split("file=")[1].removesuffix(".png")})


class FloodTest(unittest.IsolatedAsyncioTestCase):
    async def test_flood_should_keep_what_each_upload_was_told(self):
        gateway = Gateway()
        flood = await self.flood(gateway)
        record = flood.record
        flood.has_patient = True

        self.assertEqual(await overload.still_waiting(await flood.pour(400, 0.5)), 0)
        missing, wrong = await flood.answers(60)

        self.assertEqual(len(record.accepted) + len(record.refused), gateway.uploads)
        self.assertEqual(record.others, {})
        self.assertEqual(len(record.accepted), gateway.uploads // 2)
        self.assertEqual([during for during, _ in record.returns], [False] * len(record.returns))
        self.assertGreaterEqual(len(record.returns), 4)
        self.assertEqual((missing, wrong), ([], []))

    async def test_next_upload_should_be_tried_until_it_is_accepted_and_answered(self):
        gateway = Gateway()
        flood = await self.flood(gateway)

        accepted_s, answered_s = await flood.next_answer(60)

        self.assertEqual(gateway.uploads, 2)
        self.assertLess(0, accepted_s)
        self.assertLessEqual(accepted_s, answered_s)

    async def test_next_upload_that_is_never_accepted_should_be_given_up(self):
        flood = await self.flood(Gateway(has_room=False))

        self.assertTrue(all(math.isnan(took) for took in await flood.next_answer(0)))

    async def flood(self, gateway):
        """A flood against this gateway; both end with the test."""
        server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
        client = overload.Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

        async def end():
            client.close()
            server.close()
            await asyncio.gather(*gateway.serving)

        self.addAsyncCleanup(end)
        return overload.Flood(client, overload.Record())


if __name__ == "__main__":
    unittest.main()
