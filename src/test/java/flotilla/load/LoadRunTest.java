package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LoadRunTest {
    private static final long MS = 1_000_000L;
    private static final long SECOND = 1000 * MS;
    private static final ImageFolder IMAGES = new ImageFolder(
            List.of(new LoadImage(Path.of("a.png")), new LoadImage(Path.of("b.png")), new LoadImage(Path.of("c.png"))),
            List.of());

    private final VirtualLoop loop = new VirtualLoop();
    private final List<Shot> shots = new ArrayList<>();
    private final List<CompletableFuture<Reply>> calls = new ArrayList<>();
    private int open;
    private int mostOpen;

    @Test
    void closedLoop_shouldKeepAsManyUnderWayAsAllowedAndCycleThroughTheImages() {
        LoadRun run = run(plan(7, null, null, 2), sent -> 10 * MS);

        loop.run();

        assertThat(run.ended()).isCompleted();
        assertThat(mostOpen).isEqualTo(2);
        assertThat(shots).extracting(Shot::number).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(shots.stream().map(shot -> shot.image().name()))
                .containsExactly("a.png", "b.png", "c.png", "a.png", "b.png", "c.png", "a.png");
        assertThat(shots).allMatch(shot -> shot.latency() == 10 * MS && shot.due() == shot.sent());
    }

    @Test
    void closedLoopWithADuration_shouldStartNoneAfterItAndWaitForThoseUnderWay() {
        LoadRun run = run(plan(0, Duration.ofMillis(95), null, 1), sent -> 20 * MS);

        loop.run();

        assertThat(run.ended()).isCompleted();
        assertThat(shots).extracting(Shot::due).containsExactly(0L, 20 * MS, 40 * MS, 60 * MS, 80 * MS);
        assertThat(shots.get(4).ended()).isEqualTo(100 * MS);
    }

    @Test
    void openLoop_shouldSendAtThePaceWhateverTheServerDoes() {
        LoadRun run = run(plan(50, null, even(100), Integer.MAX_VALUE), sent -> 3 * SECOND);

        loop.run();

        assertThat(run.ended()).isCompleted();
        assertThat(mostOpen).isEqualTo(50);
        assertThat(shots.stream().map(Shot::due).toList())
                .isEqualTo(LongStream.range(0, 50).map(i -> i * 10 * MS).boxed().toList());
        assertThat(shots).allMatch(shot -> shot.due() == shot.sent());
    }

    @Test
    void openLoopWithADuration_shouldSendWhatIsDueWithinIt() {
        LoadRun run = run(plan(0, Duration.ofSeconds(1), even(10), Integer.MAX_VALUE), sent -> MS);

        loop.run();

        assertThat(run.ended()).isCompleted();
        assertThat(shots).hasSize(11).last().extracting(Shot::due).isEqualTo(SECOND);
    }

    /**
     * A server answers in 1 ms but stands still from 1 s to 2 s. One request after the other, as a closed loop with one
     * place sends them, meets the stall once; a user who comes every 10 ms meets it a hundred times.
     */
    @Test
    void serverThatStalls_shouldBeChargedForEveryRequestThatWasDueMeanwhile() {
        LongUnaryOperator stalling = sent -> sent >= SECOND && sent < 2 * SECOND ? 2 * SECOND - sent + MS : MS;

        run(plan(300, null, even(100), 1), stalling);
        loop.run();

        List<Long> latencies = shots.stream().map(Shot::latency).sorted().toList();
        assertThat(latencies).hasSize(300);
        assertThat(latencies.get(150)).isEqualTo(MS);
        assertThat(latencies.get(299)).isEqualTo(SECOND + MS);
        assertThat(latencies.stream().filter(nanos -> nanos > 100 * MS)).hasSizeBetween(95, 105);
        assertThat(shots.stream().filter(shot -> shot.ended() - shot.sent() > 100 * MS))
                .as("slow ones, had they been measured from when they were sent")
                .hasSize(1);
    }

    @Test
    void placesThatAreAllTaken_shouldMakeDueRequestsWaitInOrder() {
        run(plan(5, null, even(1000), 2), sent -> 10 * MS);

        loop.run();

        assertThat(mostOpen).isEqualTo(2);
        assertThat(shots).extracting(Shot::due).containsExactly(0L, MS, 2 * MS, 3 * MS, 4 * MS);
        assertThat(shots).extracting(Shot::sent).containsExactly(0L, MS, 10 * MS, 11 * MS, 20 * MS);
        assertThat(shots.get(4).latency()).isEqualTo(26 * MS);
    }

    @Test
    void stop_shouldGiveUpWhatIsUnderWayAndCountIt() {
        LoadRun run = run(plan(10, null, null, 3), sent -> sent < 50 * MS ? 20 * MS : SECOND);
        loop.runFor(100 * MS);

        run.stop();
        loop.run();

        assertThat(run.ended()).isCompleted();
        assertThat(shots).hasSize(9);
        assertThat(run.sent()).isEqualTo(10);
        assertThat(run.unfinished()).isEqualTo(1);
        assertThat(calls.get(9)).isCancelled();
    }

    @Test
    void callThatFailsUnexpectedly_shouldEndTheRunWithItsCause() {
        LoadRun run = new LoadRun(
                plan(5, null, null, 1),
                IMAGES,
                image -> CompletableFuture.failedFuture(new IllegalStateException("a bug")),
                loop,
                shots::add);

        loop.execute(run::begin);
        loop.run();

        assertThat(run.ended()).isCompletedExceptionally();
        assertThat(shots).isEmpty();
    }

    /** Begins a run against a server that takes a time that depends on when a request is sent. */
    private LoadRun run(LoadPlan plan, LongUnaryOperator serviceTime) {
        long start = loop.nanos();
        Caller caller = image -> {
            CompletableFuture<Reply> reply = new CompletableFuture<>();
            calls.add(reply);
            open++;
            mostOpen = Math.max(mostOpen, open);
            loop.after(serviceTime.applyAsLong(loop.nanos() - start), () -> {
                open--;
                reply.complete(new Reply(
                        new Answer.Labelled("label", Optional.empty(), Optional.empty()), 0, OptionalLong.empty()));
            });
            return reply;
        };
        LoadRun run = new LoadRun(plan, IMAGES, caller, loop, shots::add);
        loop.execute(run::begin);
        return run;
    }

    private static LoadPlan plan(long requests, Duration duration, Pace pace, int concurrency) {
        return new LoadPlan(
                requests == 0 ? OptionalLong.empty() : OptionalLong.of(requests),
                Optional.ofNullable(duration),
                Optional.ofNullable(pace),
                concurrency);
    }

    private static Pace even(double perSecond) {
        return new Pace(perSecond, Pace.Arrivals.EVEN, 1);
    }
}
