package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.drill.ServiceProxy;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * S3 and SQS that take everything and never answer, with work in hand, and slow ones with more uploads than there are turns.
 * Time limits are shorter than usual, so that they are reached within a test. A system of its own: an upload that was refused because
 * its outcome is unknown may be classified all the same, so classifications are not counted here.
 */
class SilentServicesIT {
    private static final int IMAGES = 8;
    /** Uploads at the same time; so many failures in a row open a breaker too. */
    private static final int TURNS = 8;

    @TempDir
    private static Path folder;

    private static ProxiedSystem system;

    @BeforeAll
    static void startAll() throws Exception {
        system = ProxiedSystem.start(
                folder,
                "flotilla.classifier.delay=1s",
                "flotilla.http.max-uploads-in-flight=" + TURNS,
                "flotilla.http.upload-wait=2s",
                "pekko.http.client.idle-timeout=8s",
                "pekko.circuit-breaker.flotilla-image-store.call-timeout=6s",
                "pekko.circuit-breaker.flotilla-request-queue.call-timeout=6s");
    }

    @AfterAll
    static void stopAll() throws Exception {
        system.close();
    }

    @AfterEach
    void heal() {
        system.heal();
    }

    /** Work in hand, then silence until the breaker has opened; afterwards everything that was accepted is answered. */
    private void silentWithWorkInHand(String prefix, ServiceProxy service, String opened) {
        long classified = system.classified();
        Map<String, String> ids = system.accepted(prefix, IMAGES);
        Eventually.until("the worker has begun", () -> system.classified() > classified);

        service.silent();
        Map<String, HttpResponse<String>> unanswered = system.uploadTogether("lost-" + prefix, TURNS);
        assertThat(unanswered.values())
                .allSatisfy(response ->
                        assertThat(response.statusCode()).as(response.body()).isEqualTo(503));
        Eventually.until(
                "the breaker opens", () -> system.gateway().err().contains("the " + opened + " fails, uploads are"));
        service.heal();

        ids.putAll(system.accepted("after-" + prefix, 1));
        system.shouldAnswer(ids);
    }

    @Test
    void storeThatNeverAnswers_shouldCostNothingThatIsAccepted() {
        silentWithWorkInHand("s3", system.s3(), "image store");
    }

    @Test
    void queueThatNeverAnswers_shouldCostNothingThatIsAccepted() {
        silentWithWorkInHand("sqs", system.sqs(), "request queue");
    }

    @Test
    void moreUploadsThanTurnsOnSlowServices_shouldBeRefusedUnlessTheyHaveATurn() {
        system.s3().slow();
        system.sqs().slow();

        // Each upload in turn takes four seconds, for the store and for the queue; the others wait two.
        Map<String, HttpResponse<String>> said = system.uploadTogether("slow", 3 * TURNS);

        Map<String, String> ids = new TreeMap<>();
        Map<String, HttpResponse<String>> refused = new TreeMap<>(said);
        said.forEach((stem, response) -> {
            if (response.statusCode() == 202) {
                ids.put(stem, ProxiedSystem.id(response));
                refused.remove(stem);
            }
        });
        assertThat(ids).as("accepted").isNotEmpty();
        assertThat(refused).as("refused").isNotEmpty();
        assertThat(refused.values()).allSatisfy(response -> {
            assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
        });
        assertThat(refused.values())
                .as("refused because no turn came")
                .anySatisfy(response -> assertThat(
                                ProxiedSystem.json(response).path("detail").asText())
                        .contains("none ended for this one within 2 s"));
        system.shouldAnswer(ids);
    }
}
