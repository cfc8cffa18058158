package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.domain.RequestId;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.AttemptStore.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is kept of images that ended workers, on a real S3 interface. */
class S3AttemptStoreTest extends S3Fixture {
    private static final Random RANDOM = new Random(5);
    private static AttemptStore attempts;

    @BeforeAll
    static void start() {
        attempts = server.attempts();
    }

    private static RequestId freshId(long epochSecond) {
        return RequestId.create(Instant.ofEpochSecond(epochSecond), RANDOM);
    }

    private static void write(RequestId id, String name, String text) {
        Await.result(server.objects()
                .put(
                        "output",
                        "pre/attempts/" + id + "/" + name,
                        ContentTypes.APPLICATION_JSON,
                        ByteString.fromString(text)));
    }

    @Test
    void attempts_shouldBeCountedOnceForEachProcess() {
        RequestId id = freshId(1);
        assertThat(Await.result(attempts.of(id))).isEmpty();

        Await.result(attempts.died(id, "i-1-17", false));
        Await.result(attempts.died(id, "i-1-17", false));
        Await.result(attempts.died(id, "i-2-18", false));
        Await.result(attempts.died(freshId(1), "i-3-19", false));

        assertThat(Await.result(attempts.of(id))).containsExactly(Attempt.dead("i-1-17"), Attempt.dead("i-2-18"));
        assertThat(server.keys("output", "pre/attempts/" + id)).hasSize(2);
        Await.result(attempts.clear(id));
        assertThat(Await.result(attempts.of(id))).isEmpty();
    }

    @Test
    void imageInsideAlone_shouldHaveItsAgeUntilItLeavesOrItsProcessDied() {
        RequestId id = freshId(1);
        Await.result(attempts.died(id, "i-2-18", false));
        Await.result(attempts.enters(id, "i-1-17"));

        List<Attempt> all = Await.result(attempts.of(id));
        assertThat(all).extracting(Attempt::process).containsExactly("i-1-17", "i-2-18");
        assertThat(all).extracting(Attempt::died).containsExactly(false, true);
        assertThat(all.get(0).age()).isBetween(Duration.ZERO, Duration.ofMinutes(5));

        Await.result(attempts.left(id, "i-1-17"));
        Await.result(attempts.left(id, "i-1-17"));
        Await.result(attempts.left(id, "i-2-18"));
        assertThat(Await.result(attempts.of(id))).as("who died stays").containsExactly(Attempt.dead("i-2-18"));

        Await.result(attempts.enters(id, "i-1-17"));
        Await.result(attempts.died(id, "i-1-17", true));
        assertThat(Await.result(attempts.of(id))).containsExactly(Attempt.deadAlone("i-1-17"), Attempt.dead("i-2-18"));
        Await.result(attempts.clear(id));
        assertThat(server.keys("output", "pre/attempts/" + id)).isEmpty();
    }

    @Test
    void death_shouldTellWhetherTheImageWasAlone() {
        RequestId id = freshId(1);
        Await.result(attempts.died(id, "i-1-17", false));
        Await.result(attempts.died(id, "i-2-18", true));
        assertThat(Await.result(attempts.of(id))).containsExactly(Attempt.dead("i-1-17"), Attempt.deadAlone("i-2-18"));

        Await.result(attempts.enters(id, "i-3-19"));
        Await.result(attempts.died(id, "i-3-19", true));
        Await.result(attempts.left(id, "i-3-19"));

        assertThat(Await.result(attempts.of(id)))
                .as("also when what was written before it entered is gone")
                .containsExactly(Attempt.dead("i-1-17"), Attempt.deadAlone("i-2-18"), Attempt.deadAlone("i-3-19"));
    }

    @Test
    void deathThatAnOlderWorkerWrote_shouldBeAloneOnlyWhenItsAttemptSaysSo() {
        RequestId id = freshId(1);
        write(id, "i-1-17.json", "{\"v\":1,\"process\":\"i-1-17\"}");
        write(id, "i-2-18.json", "{\"v\":1,\"process\":\"i-2-18\"}");
        write(id, "i-2-18.alone.json", "{\"v\":1,\"process\":\"i-2-18\"}");
        write(id, "i-3-19.json", "no JSON");

        assertThat(Await.result(attempts.of(id)))
                .containsExactly(Attempt.dead("i-1-17"), Attempt.deadAlone("i-2-18"), Attempt.dead("i-3-19"));
    }
}
