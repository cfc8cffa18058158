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
        return rescues(2, stories);
    }

    private Rescues rescues(int delivery, Story... stories) {
        List<Stored> stored = Stream.of(stories)
                .map(story -> new Stored(
                        story.ids().get(0),
                        1,
                        story.answers().get(0),
                        story.answeredAt().orElseThrow(),
                        delivery))
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
                .contains("no trouble of SQS or S3 3 had a result within 10 s of the lease's end: 3")
                .endsWith(
                        "later 0, of which 0 had come to yet another worker; left out 0 in whose time no worker could work");
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
    void lateResultThatYetAnotherWorkerHadHeld_shouldStayLateAndBeTold() {
        Story a = answered("a");
        struck(a, 16);

        assertThat(rescues(2, a))
                .extracting(Rescues::plain, Rescues::inTime, Rescues::passedOn)
                .containsExactly(1, 0, 0);
        assertThat(rescues(3, a))
                .extracting(Rescues::plain, Rescues::inTime, Rescues::passedOn)
                .containsExactly(1, 0, 1);
    }

    @Test
    void killOfTheOnlyWorker_shouldBeLeftOutWhenNoneCameInTime() {
        Story a = answered("a");
        struck(a, 20);
        Instant kill = a.answeredAt().orElseThrow().minusSeconds(20);
        toll.looked(kill.minusSeconds(1), 1);
        toll.looked(kill.plusSeconds(1), 0);
        toll.looked(kill.plusSeconds(15), 0);
        toll.looked(kill.plusSeconds(16), 1);

        assertThat(rescues(a)).extracting(Rescues::plain, Rescues::deserted).containsExactly(0, 1);
    }

    @Test
    void killBesideAnotherWorkerForAMoment_shouldCount() {
        Story a = answered("a");
        struck(a, 20);
        Instant kill = a.answeredAt().orElseThrow().minusSeconds(20);
        toll.looked(kill.plusSeconds(1), 0);
        toll.looked(kill.plusSeconds(14), 1);
        toll.looked(kill.plusSeconds(15), 0);

        assertThat(rescues(a)).extracting(Rescues::plain, Rescues::deserted).containsExactly(1, 0);
    }

    @Test
    void killOfWhichNobodyKnowsWhoWasThere_shouldCount() {
        Story a = answered("a");
        struck(a, 20);

        assertThat(rescues(a)).extracting(Rescues::plain, Rescues::deserted).containsExactly(1, 0);
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
                Rescues.of(List.of(b), List.of(new Stored("b", 1, b.answers().get(0), later, 2)), toll, LEASE);

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
