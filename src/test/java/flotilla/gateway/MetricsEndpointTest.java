package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.metrics.NodeMetrics;
import flotilla.protocol.ClassificationRequest;
import flotilla.testing.Scrape;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a gateway counts of real requests, and how it tells. */
class MetricsEndpointTest extends HttpFixture {
    private final NodeMetrics node = NodeMetrics.open("gateway", "1");

    @Override
    @BeforeEach
    void start() {
        metrics = new HttpGateway.Metrics(node.gateway(Clock.systemUTC()), Optional.of(node));
        super.start();
    }

    @AfterEach
    void close() {
        node.close();
    }

    private Scrape scrape() {
        HttpResponse<String> response = get("/metrics").join();
        assertThat(response.statusCode()).isEqualTo(200);
        return Scrape.of(response.body());
    }

    private Scrape when(String sample, double value, String... labels) {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(15), () -> {
            Scrape scrape = scrape();
            assertThat(scrape.value(sample, labels)).isEqualTo(value);
            return scrape;
        });
    }

    private static String[] request(String method, String path, String status) {
        return new String[] {"method", method, "endpoint", path, "status", status};
    }

    @Test
    void images_shouldBeCountedFromUploadToAnswer() throws Exception {
        CompletableFuture<HttpResponse<String>> cat = classic(new Part("f", "a.png", PNG));
        CompletableFuture<HttpResponse<String>> damaged = classic(new Part("f", "b.png", PNG));
        List<ClassificationRequest> requests = accepted(2);
        when("flotilla_gateway_waiting_callers", 2);
        // Another one, since a scrape reads its figures one after the other.
        Scrape waiting = scrape();
        assertThat(waiting.value("flotilla_gateway_unanswered_images")).isEqualTo(2);
        assertThat(waiting.value("flotilla_gateway_oldest_unanswered_seconds")).isGreaterThanOrEqualTo(0);
        assertThat(waiting.value("flotilla_gateway_uploads")).isZero();
        assertThat(waiting.value("flotilla_gateway_connections")).isGreaterThanOrEqualTo(3);

        answer(requests.get(0), label("Cat"));
        answer(requests.get(1), new Outcome.Failed(FailureCode.DAMAGED, "send it again"));
        cat.join();
        damaged.join();

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_gateway_images_accepted_total")).isEqualTo(2);
        assertThat(scrape.value("flotilla_gateway_accepted_bytes_total")).isEqualTo(2 * PNG.length);
        assertThat(scrape.value("flotilla_gateway_answer_seconds_count", "outcome", "labelled"))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_answer_seconds_count", "outcome", "damaged"))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_request_seconds_count", request("POST", "/", "2xx")))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_request_seconds_count", request("POST", "/", "4xx")))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_problems_total", "code", "damaged"))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_waiting_callers")).isZero();
        assertThat(scrape.value("flotilla_gateway_unanswered_images")).isZero();
    }

    /** How a client can go. */
    private enum Departure {
        CLOSE,
        FINISH,
        RESET;

        private void of(RawConnection connection) throws IOException {
            switch (this) {
                case CLOSE -> connection.close();
                case FINISH -> connection.finish();
                case RESET -> connection.reset();
            }
        }
    }

    /** A connection that waits for the answer to an image. */
    private RawConnection poll() throws IOException {
        String location = postRaw(PNG, Map.of("Prefer", "respond-async"))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        RawConnection poll = RawConnection.open(url).send("GET " + location + "?wait=60 HTTP/1.1\r\nHost: h\r\n\r\n");
        when("flotilla_gateway_waiting_callers", 1);
        return poll;
    }

    @ParameterizedTest
    @EnumSource(Departure.class)
    void pollWhoseClientGoes_shouldBeWaitedForNoMore(Departure departure) throws Exception {
        try (RawConnection poll = poll()) {
            departure.of(poll);

            when("flotilla_gateway_waiting_callers", 0);
        }
    }

    @Test
    void requestSentDuringAPoll_shouldBeAnsweredAfterIt() throws Exception {
        try (RawConnection poll = poll()) {
            poll.send("GET /v1/nothing HTTP/1.1\r\nHost: h\r\n\r\n");

            answer(accepted(1).get(0), label("Cat"));

            assertThat(poll.response().text()).contains("\"Cat\"");
            assertThat(poll.response().status()).isEqualTo(404);
        }
    }

    @Test
    void refusedImages_shouldBeCountedEachAlsoWhenOthersOfTheFormAreTaken() {
        CompletableFuture<HttpResponse<String>> form = postForm(
                "/v1/classifications",
                Map.of("Prefer", "respond-async"),
                new Part("f", "a.png", PNG),
                new Part("f", "b.txt", new byte[9]),
                new Part("f", "c.txt", new byte[9]));
        assertThat(form.join().statusCode()).isLessThan(300);

        Scrape scrape = when("flotilla_gateway_images_accepted_total", 1);
        assertThat(scrape.value("flotilla_gateway_images_refused_total", "code", "unsupported-type"))
                .isEqualTo(2);
    }

    @Test
    void requests_shouldBeCountedByTemplateAndNeverByWhatClientsMakeUp() {
        get("/v1/classifications/01a205f0-4de1-7ee5-8467-340da8ad4ddf").join();
        get("/v1/classifications/no-id-at-all").join();
        get("/made/up/by/a/client").join();
        http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/v1/fleet"))
                                .DELETE()
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();

        Scrape scrape = scrape();
        assertThat(scrape.value(
                        "flotilla_gateway_request_seconds_count", request("GET", "/v1/classifications/{id}", "4xx")))
                .isEqualTo(2);
        assertThat(scrape.value("flotilla_gateway_request_seconds_count", request("other", "other", "4xx")))
                .isEqualTo(2);
        assertThat(scrape.value("flotilla_gateway_problems_total", "code", "not-found"))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_problems_total", "code", "method-not-allowed"))
                .isEqualTo(1);
        assertThat(get("/metrics").join().body()).doesNotContain("made", "no-id", "01a205f0");
    }

    @Test
    void servicesThatFail_shouldShowInTheirBreakers() {
        assertThat(scrape().value("flotilla_gateway_breaker_open", "service", "request-queue"))
                .isZero();
        requests.refuse(body -> true);
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(15), () -> {
            postRaw(PNG, Map.of("Prefer", "respond-async"));
            assertThat(scrape().value("flotilla_gateway_breaker_open", "service", "request-queue"))
                    .isEqualTo(1);
            return null;
        });

        assertThat(scrape().value("flotilla_gateway_breaker_open", "service", "image-store"))
                .isZero();
        assertThat(scrape().value("flotilla_gateway_images_refused_total", "code", "unavailable"))
                .isPositive();
    }

    @Test
    void openMetrics_shouldBeForThoseWhoPreferThem() {
        HttpResponse<String> plain = get("/metrics").join();
        HttpResponse<String> open = http.sendAsync(
                        HttpRequest.newBuilder(URI.create(url + "/metrics"))
                                .header(
                                        "Accept",
                                        "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();

        assertThat(plain.headers().firstValue("Content-Type").orElse(""))
                .startsWith("text/plain; ")
                .contains("version=0.0.4")
                .containsIgnoringCase("charset=utf-8");
        assertThat(open.headers().firstValue("Content-Type").orElse(""))
                .startsWith("application/openmetrics-text; ")
                .contains("version=1.0.0");
        assertThat(open.headers().firstValue("Vary").orElse("")).contains("Accept");
        assertThat(open.body()).endsWith("# EOF\n");
    }

    @Test
    void gatewayThatCountsNothing_shouldSaySo() throws Exception {
        stop();
        metrics = HttpGateway.Metrics.NONE;
        super.start();

        shouldBeProblem(get("/metrics").join(), 404, "metrics-off");
    }
}
