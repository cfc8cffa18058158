package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FleetWatchTest {
    private static final long SECOND = 1_000_000_000L;

    private final VirtualLoop loop = new VirtualLoop();
    private Optional<String> fleet = Optional.of(fleet());
    private int asked;
    private final FleetWatch watch = new FleetWatch(
            () -> {
                asked++;
                return CompletableFuture.completedFuture(fleet);
            },
            loop);

    @Test
    void run_shouldCountTheImagesThatEachInstanceDidMeanwhile() {
        fleet = Optional.of(fleet(instance(1, "running", 50)));
        watch.start();
        loop.runFor(SECOND / 2);
        fleet = Optional.of(fleet(instance(1, "running", 60), instance(2, "pending", 0)));
        loop.runFor(SECOND);
        fleet = Optional.of(fleet(instance(1, "draining", 65), instance(2, "running", 30)));
        loop.runFor(SECOND);
        fleet = Optional.of(fleet(instance(2, "running", 33), instance(3, "terminated", 0)));

        CompletableFuture<Void> last = watch.stop(0);
        loop.run();

        assertThat(last).isCompleted();
        assertThat(watch.imagesByInstance())
                .containsOnlyKeys("#1 i-1", "#2 i-2")
                .containsEntry("#1 i-1", 15L)
                .containsEntry("#2 i-2", 33L);
        assertThat(watch.looks())
                .extracting(look -> look.pending() + "/" + look.running() + "/" + look.draining())
                .containsExactly("0/1/0", "1/1/0", "0/1/1", "0/1/0");
        assertThat(watch.looks().get(2).nanos() - watch.looks().get(0).nanos()).isEqualTo(2 * SECOND);
    }

    @Test
    void reportsThatComeLate_shouldBeWaitedForALittle() {
        watch.start();
        loop.runFor(0);
        fleet = Optional.of(fleet(instance(1, "running", 7)));
        CompletableFuture<Void> last = watch.stop(10);
        loop.runFor(SECOND / 2);
        assertThat(last).isNotDone();
        fleet = Optional.of(fleet(instance(1, "running", 10)));

        loop.run();

        assertThat(last).isCompleted();
        assertThat(watch.imagesByInstance()).containsEntry("#1 i-1", 10L);
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void reportsThatNeverCome_shouldNotHoldUpTheEnd() {
        watch.start();
        loop.runFor(0);

        CompletableFuture<Void> last = watch.stop(10);
        loop.run();

        assertThat(last).isCompleted();
        assertThat(asked).isEqualTo(6);
    }

    @Test
    void serverWithoutAFleet_shouldBeAskedOnce() {
        fleet = Optional.empty();
        CompletableFuture<Void> first = watch.start();
        loop.runFor(10 * SECOND);

        assertThat(first).isCompleted();
        assertThat(watch.stop(5)).isCompleted();
        assertThat(asked).isEqualTo(1);
        assertThat(watch.looks()).isEmpty();
        assertThat(watch.imagesByInstance()).isEmpty();
    }

    @Test
    void lookThatFails_shouldBeFollowedByTheNext() {
        watch.start();
        loop.runFor(0);
        fleet = Optional.of("no JSON");
        loop.runFor(SECOND);
        fleet = Optional.empty();
        loop.runFor(SECOND);
        fleet = Optional.of(fleet(instance(1, "running", 4)));
        loop.runFor(SECOND);

        assertThat(watch.looks()).hasSize(2);
        assertThat(watch.imagesByInstance()).containsEntry("#1 i-1", 4L);
    }

    private static String fleet(String... instances) {
        return "{\"instances\":[" + String.join(",", instances) + "]}";
    }

    private static String instance(int id, String state, int images) {
        return "{\"instanceId\":\"i-" + id + "\",\"appTierId\":" + id + ",\"state\":\"" + state
                + "\",\"busy\":0,\"images\":" + images + ",\"since\":\"2026-11-24T10:00:00Z\"}";
    }
}
