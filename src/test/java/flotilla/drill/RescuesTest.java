package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
        toll.workerKilled(story.answeredAt().orElseThrow().minusSeconds(secondsBefore), "i-1", Map.of(), story.ids());
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
                .contains("results of images after a kill of their worker 3, within 10 s of the lease's end 3")
                .endsWith(
                        "later with SQS or S3 in trouble or a worker that stood still 0, with no worker that could work 0, "
                                + "with neither 0, of which 0 had come to yet another worker");
    }

    private static void shouldBe(Rescues rescues, int inTime, int disturbed, int deserted, int late) {
        assertThat(rescues)
                .extracting(Rescues::inTime, Rescues::disturbed, Rescues::deserted, Rescues::late)
                .containsExactly(inTime, disturbed, deserted, late);
        assertThat(rescues.results()).isEqualTo(inTime + disturbed + deserted + late);
    }

    @Test
    void resultLaterThanLeaseAndPromise_shouldNotBeInTime() {
        Story a = answered("a");
        Story b = answered("b");
        struck(a, 15);
        struck(b, 16);

        shouldBe(rescues(a, b), 1, 0, 0, 1);
    }

    @Test
    void lateResultThatYetAnotherWorkerHadHeld_shouldStayLateAndBeTold() {
        Story a = answered("a");
        struck(a, 16);

        assertThat(rescues(2, a)).extracting(Rescues::late, Rescues::passedOn).containsExactly(1, 0);
        assertThat(rescues(3, a)).extracting(Rescues::late, Rescues::passedOn).containsExactly(1, 1);
    }

    @Test
    void killOfTheOnlyWorker_shouldBeToldApartWhenNoneCameInTime() {
        Story a = answered("a");
        struck(a, 20);
        Instant kill = a.answeredAt().orElseThrow().minusSeconds(20);
        toll.looked(kill.minusSeconds(1), 1);
        toll.looked(kill.plusSeconds(1), 0);
        toll.looked(kill.plusSeconds(15), 0);
        toll.looked(kill.plusSeconds(16), 1);

        shouldBe(rescues(a), 0, 0, 1, 0);
    }

    @Test
    void killBesideAnotherWorkerForAMoment_shouldBeLate() {
        Story a = answered("a");
        struck(a, 20);
        Instant kill = a.answeredAt().orElseThrow().minusSeconds(20);
        toll.looked(kill.plusSeconds(1), 0);
        toll.looked(kill.plusSeconds(14), 1);
        toll.looked(kill.plusSeconds(15), 0);

        shouldBe(rescues(a), 0, 0, 0, 1);
    }

    @Test
    void killOfWhichNobodyKnowsWhoWasThere_shouldBeLate() {
        Story a = answered("a");
        struck(a, 20);

        shouldBe(rescues(a), 0, 0, 0, 1);
    }

    @Test
    void imageThatWasMetTwice_shouldWaitFromTheLastKill() {
        Story a = answered("a");
        struck(a, 20);
        struck(a, 3);

        Rescues rescues = rescues(3, a);

        assertThat(rescues.waits()).containsExactly(Duration.ofSeconds(3));
        shouldBe(rescues, 1, 0, 0, 0);
    }

    @Test
    void lateResultAfterTwoKills_shouldBePassedOnOnlyWhenAThirdWorkerHadIt() {
        Story a = answered("a");
        struck(a, 25);
        struck(a, 20);

        assertThat(rescues(3, a).passedOn()).isZero();
        assertThat(rescues(4, a).passedOn()).isEqualTo(1);
    }

    @Test
    void lateImageWhoseWorkerStoodStill_shouldBeToldApart() {
        Story a = answered("a");
        Story b = answered("b");
        struck(a, 3);
        struck(b, 20);
        toll.stalled("a");
        toll.stalled("b");

        shouldBe(rescues(a, b), 1, 1, 0, 0);
    }

    @Test
    void troubleOfTheStores_shouldExcuseWhatIsLateInItsPromisedTimeAlone() {
        Story a = answered("a");
        Story b = answered("b");
        struck(a, 20);
        toll.troubled(Toll.Of.GATEWAYS, Duration.ofSeconds(1));
        // That is after the promised time of the first: it was late before.
        toll.troubled(Toll.Of.STORES, Duration.ofSeconds(1));
        shouldBe(rescues(a), 0, 0, 0, 1);

        struck(b, -1);
        Instant later = Instant.now().plusSeconds(30);
        shouldBe(
                Rescues.of(List.of(b), List.of(new Stored("b", 1, b.answers().get(0), later, 2)), toll, LEASE),
                0,
                1,
                0,
                0);
    }

    @Test
    void imageThatWasAnsweredBeforeTheKill_shouldNotCount() {
        Story a = answered("a");
        struck(a, -1);

        Rescues rescues = rescues(a);

        assertThat(rescues.text()).startsWith("no image was in the hand of a killed worker");
        assertThat(rescues.results()).isZero();
    }
}
