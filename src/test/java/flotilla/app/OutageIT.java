package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.drill.ServiceProxy;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * S3 and SQS slow, failing or gone for gateway and worker, with work in hand: every image that is accepted gets its one
 * answer from the one process of the worker, which classifies none of them twice.
 */
class OutageIT {
    private static final int IMAGES = 12;
    /** Fewer, because each is uploaded alone and takes some seconds. */
    private static final int SLOW_IMAGES = 3;
    /** After so many failures in a row a breaker opens. */
    private static final int FAILURES = 8;

    @TempDir
    private static Path folder;

    private static ProxiedSystem system;

    private long classifiedBefore;

    @BeforeAll
    static void startAll() throws Exception {
        system = ProxiedSystem.start(folder, "flotilla.classifier.delay=2s");
    }

    @AfterAll
    static void stopAll() throws Exception {
        system.close();
    }

    @BeforeEach
    void count() {
        classifiedBefore = system.classified();
    }

    @AfterEach
    void heal() {
        system.heal();
    }

    private long classified() {
        return system.classified() - classifiedBefore;
    }

    private static void shouldBeRefused(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
    }

    private void shouldBeAnsweredByOneClassificationEach(Map<String, String> ids) {
        system.shouldAnswer(ids);
        Eventually.until("as many classifications as images", () -> classified() >= ids.size());
        assertThat(classified()).isEqualTo(ids.size());
        assertThat(system.worker().err()).doesNotContain("goes back to the queue");
    }

    private static long troubles() {
        return system.worker()
                .err()
                .lines()
                .filter(line -> line.contains("trouble with stores and queues, trying again"))
                .count();
    }

    /**
     * Uploads while all is well, and takes a service away when the worker has begun, until the worker has noticed and the
     * gateway's breaker was seen open.
     */
    private void goneWithWorkInHand(String prefix, ServiceProxy service, String behindBreaker) throws Exception {
        long before = troubles();
        Map<String, String> ids = system.accepted(prefix, IMAGES);
        Eventually.until("the worker has begun", () -> classified() > 0);

        service.gone();
        Eventually.until("the worker notices", () -> troubles() > before);
        system.uploadTogether("refused-" + prefix, FAILURES).values().forEach(OutageIT::shouldBeRefused);
        // Now and then it lets one call through: that fails, and it is open for longer.
        Eventually.until("the breaker is open", () -> {
            shouldBeRefused(system.upload("refused").join());
            return system.isBreakerOpen(behindBreaker);
        });
        service.heal();

        shouldBeAnsweredByOneClassificationEach(ids);
        Eventually.until(
                "uploads are taken again",
                () -> system.upload("after-" + prefix).join().statusCode() == 202);
        assertThat(system.isBreakerOpen(behindBreaker)).isFalse();
        Eventually.until("that one is classified too", () -> classified() > IMAGES);
    }

    @Test
    void storeThatIsGoneForAWhile_shouldCostNothingThatIsInHand() throws Exception {
        goneWithWorkInHand("s3", system.s3(), "image-store");
    }

    @Test
    void queueThatIsGoneForAWhile_shouldCostNothingThatIsInHand() throws Exception {
        goneWithWorkInHand("sqs", system.sqs(), "request-queue");
    }

    @Test
    void workerThatStartsWhileServicesAreGone_shouldWaitForThem() throws Exception {
        system.s3().gone();
        system.sqs().gone();
        try (FlotillaProcess late = system.begin("worker", "flotilla.worker.id=late")) {
            Eventually.until("it waits", () -> late.err().contains("the start waits, tries=1: "));
            system.heal();

            Eventually.until("it works", () -> late.err().contains("receiving as worker=late"));
            assertThat(late.isAlive()).isTrue();
        }
    }

    @Test
    void halfOfAllCallsFailing_shouldCostNoImage() throws Exception {
        system.s3().failing();
        system.sqs().failing();

        shouldBeAnsweredByOneClassificationEach(system.accepted("failing", IMAGES));
    }

    @Test
    void servicesThatTakeTwoSecondsMore_shouldOnlyTakeLonger() throws Exception {
        system.s3().slow();
        system.sqs().slow();

        shouldBeAnsweredByOneClassificationEach(system.accepted("slow", SLOW_IMAGES));
    }
}
