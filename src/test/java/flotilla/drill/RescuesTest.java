package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RescuesTest {
    private static final Duration LEASE = Duration.ofSeconds(5);

    private final Toll toll = new Toll();

    private static Story answered(String id) {
        Story story = new Story(new DrillImage(id + ".png", new byte[0], "Cat"));
        story.answered(new Answer(id, id + ".png", "Cat", ""));
        return story;
    }

    private void struck(Story story, int secondsBefore) {
        toll.workerKilled(story.answeredAt().orElseThrow().minusSeconds(secondsBefore), "i-1", List.of(), story.ids());
    }

    private Rescues rescues(Story... stories) {
        List<Stored> stored = Stream.of(stories)
                .map(story -> new Stored(
                        story.ids().get(0),
                        1,
                        story.answers().get(0),
                        story.answeredAt().orElseThrow()))
                .toList();
        return Rescues.of(List.of(stories), stored, toll, LEASE);
    }

    @Test
    void imagesOfKilledWorkers_shouldTellHowLongTheyWaited() {
        Story a = answered("a");
        Story b = answered("b");
        Story c = answered("c");
        struck(a, 8);
        struck(b, 2);
        struck(c, 4);

        Rescues rescues = rescues(a, b, c, answered("d"));

        assertThat(rescues.waits())
                .containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(8));
        assertThat(rescues.text())
                .contains("3; from the kill to the answer: median 4.0 s, 90 % 8.0 s, longest 8.0 s")
                .endsWith("no trouble of SQS or S3 3 had a result within 10 s of the lease's end: 3");
    }

    @Test
    void resultLaterThanLeaseAndPromise_shouldNotBeInTime() {
        Story a = answered("a");
        Story b = answered("b");
        struck(a, 15);
        struck(b, 16);

        assertThat(rescues(a, b)).extracting(Rescues::plain, Rescues::inTime).containsExactly(2, 1);
    }

    @Test
    void imageThatWasMetTwice_shouldWaitFromTheLastKillAndBeNoPlainCase() {
        Story a = answered("a");
        struck(a, 9);
        struck(a, 3);

        Rescues rescues = rescues(a);

        assertThat(rescues.waits()).containsExactly(Duration.ofSeconds(3));
        assertThat(rescues.plain()).isZero();
    }

    @Test
    void imageWhoseWorkerStoodStill_shouldBeNoPlainCase() {
        Story a = answered("a");
        struck(a, 3);
        toll.stalled("a");

        assertThat(rescues(a).plain()).isZero();
    }

    @Test
    void imageInTroubleOfTheStores_shouldBeNoPlainCase() {
        Story a = answered("a");
        struck(a, 3);
        toll.troubled(Toll.Of.GATEWAYS, Duration.ofSeconds(1));
        assertThat(rescues(a).plain()).as("a gateway has no part in a result").isEqualTo(1);

        Story b = answered("b");
        toll.troubled(Toll.Of.STORES, Duration.ofSeconds(1));
        struck(b, -1);
        Instant later = Instant.now().plusSeconds(2);
        Rescues rescues =
                Rescues.of(List.of(b), List.of(new Stored("b", 1, b.answers().get(0), later)), toll, LEASE);

        assertThat(rescues.plain()).isZero();
    }

    @Test
    void imageThatWasAnsweredBeforeTheKill_shouldNotCount() {
        Story a = answered("a");
        struck(a, -1);

        Rescues rescues = rescues(a);

        assertThat(rescues.text()).startsWith("no image was in the hand of a killed worker");
        assertThat(rescues.plain()).isZero();
    }
}
