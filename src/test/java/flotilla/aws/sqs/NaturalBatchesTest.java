package flotilla.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NaturalBatchesTest {
    private static final int KIB = 1024;

    private record Request(List<String> entries, CompletableFuture<List<String>> answer) {
        void succeed() {
            answer.complete(entries.stream().map(entry -> entry + "!").toList());
        }
    }

    private record Due(long at, Runnable what) {}

    private final List<Due> paces = new ArrayList<>();
    private long now;
    private final List<Request> requests = new ArrayList<>();
    private final NaturalBatches<String, String> batches =
            new NaturalBatches<>(this::request, String::length, Duration.ofNanos(50), () -> now, this::later);

    private CompletionStage<List<String>> request(List<String> entries) {
        Request request = new Request(entries, new CompletableFuture<>());
        requests.add(request);
        return request.answer();
    }

    private void later(long nanos, Runnable what) {
        assertThat(nanos).isPositive();
        paces.add(new Due(now + nanos, what));
    }

    private void passAPace() {
        now += 50;
        List<Due> due = paces.stream().filter(one -> one.at() <= now).toList();
        paces.removeAll(due);
        due.forEach(one -> one.what().run());
    }

    private CompletableFuture<String> submit(String entry) {
        return batches.submit(entry).toCompletableFuture();
    }

    private List<CompletableFuture<String>> submit(int count) {
        return IntStream.range(0, count).mapToObj(i -> submit("e" + i)).toList();
    }

    @Test
    void oneAlone_shouldGoAtOnce() {
        CompletableFuture<String> one = submit("a");

        assertThat(requests).extracting(Request::entries).containsExactly(List.of("a"));
        requests.get(0).succeed();
        assertThat(one).isCompletedWithValue("a!");
        now += 50;
        submit("b");
        assertThat(requests).hasSize(2);
    }

    @Test
    void whatComesMeanwhile_shouldShareTheNextRequest() {
        List<CompletableFuture<String>> all = submit(6);
        passAPace();
        assertThat(requests).hasSize(1);

        requests.get(0).succeed();

        assertThat(requests).hasSize(2);
        assertThat(requests.get(1).entries()).containsExactly("e1", "e2", "e3", "e4", "e5");
        requests.get(1).succeed();
        assertThat(all.stream().map(CompletableFuture::join)).containsExactly("e0!", "e1!", "e2!", "e3!", "e4!", "e5!");
    }

    @Test
    void twoSoonAfterEachOther_shouldKeepThePace() {
        submit("a");
        requests.get(0).succeed();
        now += 20;
        submit("b");
        now += 20;
        submit("c");
        assertThat(requests).hasSize(1);

        passAPace();

        assertThat(requests).extracting(Request::entries).containsExactly(List.of("a"), List.of("b", "c"));
    }

    /** Where several come within a pace, so do more. */
    @Test
    void afterABatchOfSeveral_shouldWaitForAsManyPaces() {
        submit(1 + 3);
        passAPace();
        requests.get(0).succeed();
        requests.get(1).succeed();

        submit("next");
        passAPace();
        passAPace();
        assertThat(requests).hasSize(2);
        passAPace();

        assertThat(requests).extracting(request -> request.entries().size()).containsExactly(1, 3, 1);
    }

    @Test
    void afterAFullBatch_shouldWaitForFivePacesAndNoMore() {
        submit(1 + 10);
        requests.forEach(Request::succeed);

        submit("next");
        for (int pace = 1; pace < NaturalBatches.MOST_PACES; pace++) {
            passAPace();
        }
        assertThat(requests).hasSize(2);
        passAPace();

        assertThat(requests).hasSize(3);
    }

    @Test
    void fullBatch_shouldNotWaitForTheOneUnderWay() {
        submit(11);

        assertThat(requests).extracting(request -> request.entries().size()).containsExactly(1, 10);
    }

    @Test
    void manyAtATime_shouldBeBounded() {
        submit(1000);

        assertThat(requests).hasSize(NaturalBatches.MOST_UNDER_WAY);
        requests.get(3).succeed();
        assertThat(requests).hasSize(NaturalBatches.MOST_UNDER_WAY + 1);
    }

    @Test
    void largeEntries_shouldStayWithinOneRequest() {
        submit("first");
        List.of(100, 100, 100, 300, 1).forEach(size -> submit("x".repeat(size * KIB)));
        while (requests.stream().anyMatch(request -> !request.answer().isDone())) {
            List.copyOf(requests).forEach(Request::succeed);
            passAPace();
        }

        assertThat(requests.stream()
                        .map(request -> request.entries().stream()
                                .map(entry -> entry.length() / KIB)
                                .toList()))
                .containsExactly(List.of(0), List.of(100, 100), List.of(100), List.of(300), List.of(1));
    }

    @Test
    void failedRequest_shouldFailItsEntriesAndLetTheNextGo() {
        CompletableFuture<String> first = submit("a");
        CompletableFuture<String> second = submit("b");

        requests.get(0).answer().completeExceptionally(new IllegalStateException("away"));
        passAPace();

        assertThat(Await.failure(first)).isInstanceOf(IllegalStateException.class);
        requests.get(1).succeed();
        assertThat(second).isCompletedWithValue("b!");
    }

    @Test
    void requestThatCannotBeMade_shouldFailItsEntries() {
        NaturalBatches<String, String> closed = new NaturalBatches<>(
                entries -> {
                    throw new IllegalStateException("closed");
                },
                entry -> 0,
                Duration.ZERO);

        assertThat(Await.failure(closed.submit("a"))).hasMessage("closed");
        assertThat(Await.failure(closed.submit("b"))).hasMessage("closed");
    }

    @Test
    void anyOrder_shouldCarryOutEachEntryOnce() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            Deque<Request> open = new ArrayDeque<>();
            List<String> carriedOut = new ArrayList<>();
            NaturalBatches<String, String> any = new NaturalBatches<>(
                    entries -> {
                        assertThat(entries).hasSizeLessThanOrEqualTo(10);
                        carriedOut.addAll(entries);
                        Request request = new Request(entries, new CompletableFuture<>());
                        open.add(request);
                        return request.answer();
                    },
                    entry -> 0,
                    Duration.ZERO);
            List<CompletableFuture<String>> all = new ArrayList<>();
            while (all.size() < 200 || !open.isEmpty()) {
                if (all.size() < 200 && (open.isEmpty() || random.nextInt(4) > 0)) {
                    all.add(any.submit("e" + all.size()).toCompletableFuture());
                } else {
                    open.poll().succeed();
                }
            }

            assertThat(carriedOut).as("seed %d", seed).hasSize(200).doesNotHaveDuplicates();
            for (int i = 0; i < 200; i++) {
                assertThat(all.get(i)).as("seed %d", seed).isCompletedWithValue("e" + i + "!");
            }
        }
    }
}
