package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.domain.WorkerId;
import flotilla.protocol.AttemptStore.Attempt;
import flotilla.protocol.HolderReport;
import flotilla.protocol.QuarantineStore.Redriven;
import flotilla.protocol.Timeline.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is known of an image, put in order. */
class TimelinePartsTest {
    private static final Instant START = Instant.parse("2026-11-29T12:00:00.001Z");
    private static final RequestId ID = RequestId.create(START, new Random(1));
    private static final Outcome CAT = new Outcome.Labelled("model", List.of(new Prediction("Cat", 7, 0.9)));
    private static final TraceParent TRACE =
            new TraceParent("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);

    private static Optional<Instant> at(long millis) {
        return Optional.of(START.plusMillis(millis));
    }

    private static Journey.Work work(int delivery, int batch, String... died) {
        return new Journey.Work(
                START.plusMillis(20),
                START.plusMillis(30_000),
                START.plusMillis(30_100),
                delivery,
                batch,
                START.minusSeconds(50),
                List.of(died));
    }

    private static ClassificationResult result(Outcome outcome, Map<String, Double> timings, Journey.Work work) {
        return new ClassificationResult(
                ID,
                new FileName("cat.png"),
                outcome,
                Optional.ofNullable(work).map(known -> new WorkerId("i-2")),
                Optional.of(new AppTierId(2)),
                timings,
                Optional.of(new Journey(
                        new GatewayId("gateway-1"),
                        START.plusMillis(10),
                        Optional.of(TRACE),
                        Optional.ofNullable(work))));
    }

    private static Map<String, Double> djl() {
        Map<String, Double> timings = new LinkedHashMap<>();
        timings.put("queue", 29_990.0);
        timings.put("fetch", 5.0);
        timings.put("wait", 10.0);
        timings.put("classify", 60.0);
        timings.put("decode", 2.0);
        timings.put("predict", 50.0);
        timings.put("total", 30_090.0);
        return timings;
    }

    private static RecentImages.Image answered(long millis) {
        return new RecentImages.Image(Optional.empty(), at(millis).map(when -> new RecentImages.Answered(when, false)));
    }

    private static TimelineParts parts(
            ClassificationResult result, Optional<Instant> storedAt, RecentImages.Image recent, Attempt... attempts) {
        return new TimelineParts(
                ID,
                Optional.ofNullable(result),
                FormerLives.NONE,
                storedAt,
                List.of(attempts),
                Optional.empty(),
                recent);
    }

    private static TimelineParts held(boolean classifying, Attempt... attempts) {
        return new TimelineParts(
                ID,
                Optional.empty(),
                FormerLives.NONE,
                Optional.empty(),
                List.of(attempts),
                Optional.of(holder(classifying)),
                RecentImages.Image.UNKNOWN);
    }

    private static TimelineParts.Holder holder(boolean classifying) {
        return new TimelineParts.Holder(
                new HolderReport("i-2", 3, Duration.ofSeconds(4), classifying), START.plusMillis(500));
    }

    private static ClassificationResult givenUp(FailureCode code, long millis, OptionalInt deliveries, String... died) {
        return new ClassificationResult(
                ID,
                new FileName("cat.png"),
                new Outcome.Failed(code, "no more"),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.of(new Journey(
                        new GatewayId("gateway-1"),
                        START.plusMillis(10),
                        Optional.of(TRACE),
                        Optional.empty(),
                        Optional.of(new Journey.GivenUp(START.plusMillis(millis), deliveries, List.of(died))))));
    }

    private static Redriven redriven(int generation, long millis) {
        return new Redriven(ID, generation, START.plusMillis(millis));
    }

    /** An image with several results, of which the last one stands. */
    private static TimelineParts story(
            List<ClassificationResult> results,
            List<Redriven> redrives,
            Optional<TimelineParts.Holder> holder,
            RecentImages.Image recent) {
        return new TimelineParts(
                ID,
                Optional.of(results.get(results.size() - 1)),
                FormerLives.of(results, redrives),
                Optional.empty(),
                List.of(),
                holder,
                recent);
    }

    private static Event death(String worker) {
        return Event.at("leased", Optional.empty())
                .by(worker)
                .note("whose process ended with the image inside a classifier");
    }

    private static Event others(String howOften) {
        return Event.at("leased", Optional.empty())
                .note(howOften + " by workers that gave it back, or ended while it waited in them");
    }

    @Test
    void imageThatAWorkerHas_shouldTellWhichAndSinceWhen() {
        TimelineParts parts = held(true, Attempt.dead("i-1-17"), Attempt.alone("i-2-18", Duration.ofSeconds(1)));

        assertThat(parts.events().subList(3, 6))
                .containsExactly(
                        Event.at("leased", Optional.empty())
                                .by("i-1")
                                .note("whose process ended with the image inside a classifier"),
                        Event.at("leased", Optional.empty())
                                .note("once by workers that gave it back, or ended while it waited in them"),
                        Event.at("leased", at(500)).by("i-2").delivery(3).note("which has it inside a classifier"));
        assertThat(parts.workers()).containsExactly("i-1", "i-2");
        assertThat(parts.wasThere("i-2"))
                .as("it may have been launched for this image")
                .isEqualTo(START.plusMillis(500));
        assertThat(parts.wasThere("i-1")).isEqualTo(Instant.ofEpochMilli(17));
        assertThat(held(false).events().get(4).note()).contains("which has it in hand");
    }

    @Test
    void imageOfAWorkerThatDied_shouldTellOfBothWorkersAndEachStep() {
        TimelineParts parts = parts(result(CAT, djl(), work(2, 3, "i-1-1764417000000")), at(29_999), answered(30_120));

        assertThat(parts.events())
                .containsExactly(
                        Event.at("uploaded", at(0)).by("gateway-1"),
                        Event.at("stored", at(10)),
                        Event.at("queued", at(20)),
                        Event.at("leased", Optional.empty())
                                .by("i-1")
                                .note("whose process ended with the image inside a classifier"),
                        Event.at("leased", at(30_000)).by("i-2").delivery(2),
                        Event.at("fetched", at(30_030)),
                        Event.at("batched", at(30_040)).images(3),
                        Event.at("decoded", at(30_050)),
                        Event.at("predicted", at(30_100)).note("Cat"),
                        Event.at("result-stored", at(30_100)),
                        Event.at("answered", at(30_120)));
        assertThat(parts.workers()).containsExactly("i-1", "i-2");
        assertThat(parts.wasThere("i-1")).isEqualTo(Instant.ofEpochMilli(1764417000000L));
        assertThat(parts.wasThere("i-2")).isEqualTo(START.minusSeconds(50));
        assertThat(parts.traceId()).contains(TRACE.traceId());
    }

    @Test
    void deliveriesOfWhichNobodyDied_shouldBeCounted() {
        List<Event> events = parts(
                        result(CAT, djl(), work(4, 1, "i-1-17")), Optional.empty(), RecentImages.Image.UNKNOWN)
                .events();

        assertThat(events.stream().filter(event -> event.name().equals("leased")))
                .extracting(
                        event -> event.by().orElse("-"), event -> event.note().orElse("-"))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "i-1", "whose process ended with the image inside a classifier"),
                        org.assertj.core.groups.Tuple.tuple(
                                "-", "2 times by workers that gave it back, or ended while it waited in them"),
                        org.assertj.core.groups.Tuple.tuple("i-2", "-"));
    }

    @Test
    void whatTheStoreKnowsToASecond_shouldBeWithinWhatIsKnownBetter() {
        ClassificationResult result = result(CAT, djl(), work(1, 1));

        assertThat(stored(parts(result, at(30_105), answered(30_120)))).isEqualTo(at(30_105));
        assertThat(stored(parts(result, at(29_300), answered(30_120)))).isEqualTo(at(30_100));
        assertThat(stored(parts(result, at(30_900), answered(30_120)))).isEqualTo(at(30_120));
        assertThat(stored(parts(result, at(30_900), answered(30_000)))).isEqualTo(at(30_900));
        assertThat(stored(parts(result, at(30_900), RecentImages.Image.UNKNOWN)))
                .isEqualTo(at(30_900));
        assertThat(stored(parts(result, Optional.empty(), answered(30_120)))).isEmpty();
    }

    private static Optional<Instant> stored(TimelineParts parts) {
        return parts.events().stream()
                .filter(event -> event.name().equals("result-stored"))
                .findFirst()
                .orElseThrow()
                .at();
    }

    @Test
    void pendingImage_shouldTellWhatIsRememberedAndWhoHasIt() {
        RecentImages.Image recent = new RecentImages.Image(
                Optional.of(new RecentImages.Taken(START.plusMillis(10), START.plusMillis(15), Optional.of(TRACE))),
                Optional.empty());

        TimelineParts parts = parts(
                null,
                Optional.empty(),
                recent,
                Attempt.dead("i-1-17"),
                Attempt.alone("by-hand-3-18", Duration.ofSeconds(1)));

        assertThat(parts.events())
                .containsExactly(
                        Event.at("uploaded", at(0)),
                        Event.at("stored", at(10)),
                        Event.at("queued", at(15)),
                        Event.at("leased", Optional.empty())
                                .by("i-1")
                                .note("whose process ended with the image inside a classifier"),
                        Event.at("leased", Optional.empty())
                                .by("by-hand-3")
                                .note("which has it inside a classifier, alone"));
        assertThat(parts.workers()).containsExactly("i-1", "by-hand-3");
        assertThat(parts.traceId()).contains(TRACE.traceId());
    }

    @Test
    void pendingImageOfAnotherGateway_shouldHaveStepsWithoutTimes() {
        assertThat(parts(null, Optional.empty(), RecentImages.Image.UNKNOWN).events())
                .containsExactly(
                        Event.at("uploaded", at(0)),
                        Event.at("stored", Optional.empty()),
                        Event.at("queued", Optional.empty()));
    }

    @Test
    void resultOfAnOlderWorker_shouldHaveWhatCanBeHad() {
        ClassificationResult old = new ClassificationResult(
                ID,
                new FileName("cat.png"),
                CAT,
                Optional.of(new WorkerId("i-2")),
                Optional.empty(),
                Map.of("total", 5.0));

        TimelineParts parts = parts(old, at(900), RecentImages.Image.UNKNOWN);

        assertThat(parts.events())
                .containsExactly(
                        Event.at("uploaded", at(0)),
                        Event.at("stored", Optional.empty()),
                        Event.at("queued", Optional.empty()),
                        Event.at("result-stored", at(900)),
                        Event.at("answered", Optional.empty())
                                .note("when is not remembered here; the result can be had since it was stored"));
        assertThat(parts.workers()).containsExactly("i-2");
        assertThat(parts.wasThere("i-2")).as("it answered then").isEqualTo(START.plusMillis(900));
    }

    @Test
    void imageThatWasGivenUp_shouldTellOfTheWorkersThatItEnded() {
        ClassificationResult given =
                result(new Outcome.Failed(FailureCode.QUARANTINED, "two workers died"), Map.of(), null);

        TimelineParts parts =
                parts(given, Optional.empty(), answered(60_000), Attempt.dead("i-1-17"), Attempt.dead("i-3-18"));

        assertThat(parts.events())
                .extracting(Event::name)
                .containsExactly(
                        "uploaded", "stored", "queued", "leased", "leased", "failed", "result-stored", "answered");
        assertThat(parts.workers()).containsExactly("i-1", "i-3");
    }

    @Test
    void imageThatTheQueueGaveUp_shouldTellOfItsDeliveriesAndWhenThatWas() {
        TimelineParts parts = parts(
                givenUp(FailureCode.UNDELIVERABLE, 90_000, OptionalInt.of(30), "i-1-17"),
                at(89_999),
                RecentImages.Image.UNKNOWN);

        assertThat(parts.events().subList(3, 7))
                .containsExactly(
                        death("i-1"),
                        others("29 times"),
                        Event.at("failed", at(90_000)).note("undeliverable: no more"),
                        Event.at("result-stored", at(90_000)));
        assertThat(parts.workers()).containsExactly("i-1");
    }

    @Test
    void deliveriesThatAreNotKnown_shouldBeToldAsSuch() {
        TimelineParts parts = parts(
                givenUp(FailureCode.UNDELIVERABLE, 90_000, OptionalInt.empty()),
                Optional.empty(),
                RecentImages.Image.UNKNOWN);

        assertThat(parts.events().get(3))
                .isEqualTo(Event.at("leased", Optional.empty()).note("how often is not known"));
    }

    @Test
    void redrivenImage_shouldTellWhyItWasGivenUpBeforeItTellsOfItsAnswer() {
        TimelineParts parts = story(
                List.of(
                        givenUp(FailureCode.QUARANTINED, 9_000, OptionalInt.of(3), "i-1-17", "i-3-18"),
                        givenUp(FailureCode.UNDELIVERABLE, 14_000, OptionalInt.of(1)),
                        result(CAT, Map.of(), again(20_000))),
                List.of(redriven(2, 12_000), redriven(3, 20_001)),
                Optional.empty(),
                answered(30_120));

        assertThat(parts.events())
                .containsExactly(
                        Event.at("uploaded", at(0)).by("gateway-1"),
                        Event.at("stored", at(10)),
                        Event.at("queued", Optional.empty()),
                        death("i-1"),
                        death("i-3"),
                        others("once"),
                        Event.at("given-up", at(9_000)).note("quarantined: no more"),
                        Event.at("redriven", at(12_000)),
                        others("once"),
                        Event.at("given-up", at(14_000)).note("undeliverable: no more"),
                        Event.at("redriven", at(20_001)),
                        Event.at("leased", at(30_000)).by("i-2").delivery(1),
                        Event.at("fetched", at(30_100)),
                        Event.at("batched", at(30_100)).images(1),
                        Event.at("predicted", at(30_100)).note("Cat"),
                        Event.at("result-stored", Optional.empty()),
                        Event.at("answered", at(30_120)));
        assertThat(parts.workers()).containsExactly("i-1", "i-3", "i-2");
        assertThat(parts.wasThere("i-3")).isEqualTo(Instant.ofEpochMilli(18));
    }

    /** Of a message that was sent later than the first one. */
    private static Journey.Work again(long queuedMillis) {
        Journey.Work first = work(1, 1);
        return new Journey.Work(
                START.plusMillis(queuedMillis),
                first.leasedAt(),
                first.finishedAt(),
                first.delivery(),
                first.batch(),
                first.workerSince(),
                first.died());
    }

    @Test
    void redrivenImageThatHasNoAnswerYet_shouldNotEndWithItsOldFailure() {
        List<ClassificationResult> failure =
                List.of(givenUp(FailureCode.QUARANTINED, 100, OptionalInt.of(2), "i-1-17", "i-3-18"));

        TimelineParts waiting = story(failure, List.of(redriven(2, 400)), Optional.empty(), RecentImages.Image.UNKNOWN);
        TimelineParts held =
                story(failure, List.of(redriven(2, 400)), Optional.of(holder(true)), RecentImages.Image.UNKNOWN);

        assertThat(waiting.events().subList(3, 7))
                .containsExactly(
                        death("i-1"),
                        death("i-3"),
                        Event.at("given-up", at(100)).note("quarantined: no more"),
                        Event.at("redriven", at(400)));
        assertThat(waiting.events()).hasSize(7);
        assertThat(held.events().subList(7, 9))
                .containsExactly(
                        others("2 times"),
                        Event.at("leased", at(500)).by("i-2").delivery(3).note("which has it inside a classifier"));
        assertThat(held.workers()).containsExactly("i-1", "i-3", "i-2");
    }

    @Test
    void failureThatWasNotRedriven_shouldEndTheStoryButForAWorkerThatStillHasIt() {
        TimelineParts parts = story(
                List.of(givenUp(FailureCode.UNDELIVERABLE, 100, OptionalInt.of(30))),
                List.of(),
                Optional.of(holder(false)),
                RecentImages.Image.UNKNOWN);

        assertThat(parts.events())
                .extracting(Event::name)
                .containsExactly(
                        "uploaded", "stored", "queued", "leased", "failed", "result-stored", "answered", "leased");
        assertThat(parts.events().get(3)).isEqualTo(others("30 times"));
    }

    @Test
    void answerThatCameLate_shouldFollowTheFailureWithoutARedrive() {
        RecentImages.Image failureHeard = new RecentImages.Image(
                Optional.empty(), Optional.of(new RecentImages.Answered(START.plusMillis(29_001), true)));
        TimelineParts parts = story(
                List.of(
                        givenUp(FailureCode.UNDELIVERABLE, 29_000, OptionalInt.of(30)),
                        result(CAT, djl(), work(30, 1))),
                List.of(),
                Optional.empty(),
                failureHeard);

        assertThat(parts.events())
                .extracting(Event::name)
                .containsExactly(
                        "uploaded",
                        "stored",
                        "queued",
                        "leased",
                        "given-up",
                        "leased",
                        "fetched",
                        "batched",
                        "decoded",
                        "predicted",
                        "result-stored",
                        "answered");
        assertThat(parts.events().get(2)).isEqualTo(Event.at("queued", at(20)));
        assertThat(parts.events().get(11).at())
                .as("what was heard of was the failure")
                .isEmpty();
    }

    @Test
    void damagedImage_shouldFailAfterItWasDecodedInVain() {
        Map<String, Double> timings = new LinkedHashMap<>(djl());
        timings.remove("predict");
        ClassificationResult damaged =
                result(new Outcome.Failed(FailureCode.DAMAGED, "send it again"), timings, work(1, 1));

        assertThat(parts(damaged, Optional.empty(), RecentImages.Image.UNKNOWN).events())
                .extracting(Event::name)
                .containsExactly(
                        "uploaded",
                        "stored",
                        "queued",
                        "leased",
                        "fetched",
                        "batched",
                        "decoded",
                        "failed",
                        "result-stored",
                        "answered");
    }
}
