package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings.Layout;
import flotilla.domain.AppTierId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.domain.WorkerId;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.ResultStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class S3ResultStoreTest extends S3Fixture {
    private static final Random RANDOM = new Random(1);
    private static ResultStore results;

    @BeforeAll
    static void start() {
        results = server.results(Layout.BY_ID);
    }

    private static RequestId freshId() {
        return RequestId.create(Instant.EPOCH, RANDOM);
    }

    private static ClassificationResult result(RequestId id, String file, String label) {
        return new ClassificationResult(
                id,
                new FileName(file),
                new Outcome.Labelled("model", List.of(new Prediction(label, 1, 0.5))),
                Optional.of(new WorkerId("w-" + label)),
                Optional.of(new AppTierId(3)),
                Map.of("total", 1.5));
    }

    private static ClassificationResult failed(RequestId id, String file) {
        return new ClassificationResult(
                id,
                new FileName(file),
                new Outcome.Failed(FailureCode.DAMAGED, "truncated"),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    private static String text(String key) {
        return Await.result(server.objects().get("output", key)).orElseThrow().utf8String();
    }

    @Test
    void unknownId_shouldHaveNoResult() {
        assertThat(Await.result(results.find(freshId()))).isEmpty();
        assertThat(Await.result(results.generations(freshId()))).isEmpty();
    }

    @Test
    void firstResult_shouldStand() {
        RequestId id = freshId();
        ClassificationResult first = result(id, "a.jpg", "cat");

        assertThat(Await.result(results.putIfAbsent(first))).isEqualTo(first);
        assertThat(Await.result(results.putIfAbsent(result(id, "a.jpg", "dog"))))
                .isEqualTo(first);
        assertThat(Await.result(results.putIfAbsent(failed(id, "a.jpg")))).isEqualTo(first);

        assertThat(Await.result(results.find(id))).contains(first);
        assertThat(server.keys("output", "pre/" + id)).containsExactly("pre/" + id + ".json");
    }

    @RepeatedTest(5)
    void concurrentWriters_shouldAllGetTheOneThatStands() {
        RequestId id = freshId();

        List<CompletableFuture<ClassificationResult>> writes = IntStream.range(0, 24)
                .mapToObj(i ->
                        results.putIfAbsent(result(id, "a.jpg", "label" + i)).toCompletableFuture())
                .toList();
        List<ClassificationResult> answers = writes.stream().map(Await::result).toList();

        assertThat(answers).containsOnly(Await.result(results.find(id)).orElseThrow());
    }

    private static ClassificationResult givenUp(RequestId id, FailureCode code, String why) {
        return new ClassificationResult(
                id, new FileName("a.jpg"), new Outcome.Failed(code, why), Optional.empty(), Optional.empty(), Map.of());
    }

    @Test
    void successAfterAProvisionalFailure_shouldBeItsNextGenerationAndStand() {
        RequestId id = freshId();
        ClassificationResult failure = givenUp(id, FailureCode.QUARANTINED, "two workers died");
        ClassificationResult late = result(id, "a.jpg", "cat");
        assertThat(Await.result(results.putIfAbsent(failure))).isEqualTo(failure);
        assertThat(Await.result(results.find(id))).contains(failure);

        assertThat(Await.result(results.putIfAbsent(late))).isEqualTo(late);

        assertThat(Await.result(results.find(id))).contains(late);
        assertThat(Await.result(results.find(id, 7))).contains(late);
        assertThat(Await.result(results.putIfAbsent(result(id, "a.jpg", "dog"), 2)))
                .isEqualTo(late);
        assertThat(Await.result(results.putIfAbsent(givenUp(id, FailureCode.UNDELIVERABLE, "gone"), 2)))
                .isEqualTo(late);
        assertThat(server.keys("output", "pre/" + id))
                .containsExactlyInAnyOrder("pre/" + id + ".json", "pre/" + id + ".2.json");
        assertThat(text("pre/" + id + ".json")).contains("two workers died");
    }

    @Test
    void redrivenRequest_shouldBeAnsweredByItsOwnGenerationOnly() {
        RequestId id = freshId();
        ClassificationResult first = givenUp(id, FailureCode.QUARANTINED, "first");
        ClassificationResult second = givenUp(id, FailureCode.UNDELIVERABLE, "second");
        Await.result(results.putIfAbsent(first));
        assertThat(Await.result(results.find(id, 2)))
                .as("of the second generation")
                .isEmpty();

        assertThat(Await.result(results.putIfAbsent(givenUp(id, FailureCode.QUARANTINED, "again"), 1)))
                .as("a dead letter that was read twice")
                .isEqualTo(first);
        assertThat(Await.result(results.putIfAbsent(second, 2))).isEqualTo(second);
        assertThat(Await.result(results.putIfAbsent(givenUp(id, FailureCode.QUARANTINED, "late"), 1)))
                .as("a dead letter of the first generation after the second")
                .isEqualTo(second);

        assertThat(Await.result(results.find(id, 2))).contains(second);
        assertThat(Await.result(results.find(id, 3))).isEmpty();
        assertThat(Await.result(results.generations(id))).containsExactly(first, second);
        ClassificationResult answer = result(id, "a.jpg", "cat");
        assertThat(Await.result(results.putIfAbsent(answer, 3))).isEqualTo(answer);
        assertThat(text("pre/" + id + ".3.json")).contains("cat");
        assertThat(Await.result(results.generations(id))).containsExactly(first, second, answer);
        assertThat(Await.result(results.standing(id))).contains(new ResultStore.Standing(3, answer));
    }

    @Test
    void successAndProvisionalFailureAtTheSameTime_shouldLeaveTheSuccess() {
        for (int i = 0; i < 10; i++) {
            RequestId id = freshId();
            ClassificationResult answer = result(id, "a.jpg", "cat");
            CompletableFuture<ClassificationResult> failure = results.putIfAbsent(
                            givenUp(id, FailureCode.QUARANTINED, "two workers died"))
                    .toCompletableFuture();
            CompletableFuture<ClassificationResult> success =
                    results.putIfAbsent(answer).toCompletableFuture();

            assertThat(Await.result(success)).isEqualTo(answer);
            Await.result(failure);
            assertThat(Await.result(results.find(id))).contains(answer);
        }
    }

    @Test
    void unreadableMessage_shouldBeKept() {
        Await.result(results.keepUnreadable("message-1", "not JSON ü"));

        assertThat(text("pre/unreadable/message-1.txt")).isEqualTo("not JSON ü");
    }

    @Test
    void foreignObject_shouldFailAndNameTheKey() {
        RequestId id = freshId();
        String key = "pre/" + id + ".json";
        Await.result(server.objects().put("output", key, ContentTypes.APPLICATION_JSON, ByteString.fromString("{}")));

        assertThat(Await.failure(results.find(id)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("object " + key + " in bucket output is not a result");
    }

    @Test
    void layoutByName_shouldAlsoKeepTheLabelOfTheLastOne() {
        ResultStore byName = server.results(Layout.BY_NAME);
        RequestId first = freshId();
        Await.result(byName.putIfAbsent(result(first, "test_000.jpg", "Paul")));
        Await.result(byName.putIfAbsent(result(freshId(), "test_000.jpg", "Ringo")));
        assertThat(text("pre/test_000")).isEqualTo("Ringo");

        Await.result(byName.putIfAbsent(result(first, "test_000.jpg", "George")));

        assertThat(text("pre/test_000")).as("the result that stands").isEqualTo("Paul");
    }

    @Test
    void failedImage_shouldLeaveNoLabelByName() {
        Await.result(server.results(Layout.BY_NAME).putIfAbsent(failed(freshId(), "broken.jpg")));

        assertThat(server.keys("output", "pre/broken")).isEmpty();
    }

    @Test
    void nameOfAResultOrOfAFolder_shouldGetNoCopy() {
        ResultStore byName = server.results(Layout.BY_NAME);
        RequestId victim = freshId();
        ClassificationResult standing = givenUp(victim, FailureCode.QUARANTINED, "two workers died");
        Await.result(byName.putIfAbsent(standing));

        for (String name : List.of(
                victim + ".json.jpg",
                victim + ".2.json.jpg",
                victim + ".jpg",
                "quarantine.png",
                "attempts",
                "batches.x")) {
            RequestId id = freshId();
            ClassificationResult forged = result(id, name, "forged");
            assertThat(Await.result(byName.putIfAbsent(forged))).as(name).isEqualTo(forged);
            assertThat(Await.result(byName.confirm(id, 1))).as(name).contains(forged);
        }

        assertThat(Await.result(byName.find(victim))).contains(standing);
        assertThat(server.keys("output", "pre/" + victim)).containsExactly("pre/" + victim + ".json");
        assertThat(server.keys("output", "pre/")).doesNotContain("pre/quarantine", "pre/attempts", "pre/batches");
    }

    @Test
    void writerThatEndedBeforeItsCopy_shouldBeMadeUpForByWhoeverFindsItsResult() {
        RequestId id = freshId();
        ClassificationResult written = result(id, "late.jpg", "Cat");
        Await.result(results.putIfAbsent(written));
        ResultStore byName = server.results(Layout.BY_NAME);

        assertThat(Await.result(byName.find(id))).contains(written);
        assertThat(server.keys("output", "pre/late")).isEmpty();
        assertThat(Await.result(byName.confirm(id, 1))).contains(written);

        assertThat(text("pre/late")).isEqualTo("Cat");
        assertThat(Await.result(byName.confirm(freshId(), 1))).isEmpty();
    }

    @Test
    void standing_shouldTellWhichGenerationItIs() {
        RequestId id = freshId();
        assertThat(Await.result(results.standing(id))).isEmpty();
        ClassificationResult failure = givenUp(id, FailureCode.QUARANTINED, "first");
        Await.result(results.putIfAbsent(failure));
        assertThat(Await.result(results.standing(id))).contains(new ResultStore.Standing(1, failure));

        ClassificationResult answer = result(id, "a.jpg", "cat");
        Await.result(results.putIfAbsent(answer, 2));

        assertThat(Await.result(results.standing(id))).contains(new ResultStore.Standing(2, answer));
    }
}
