package flotilla.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.gateway.GatewayMeters.RequestMeter;
import flotilla.gateway.MetricsText.Form;
import flotilla.testing.HandClock;
import flotilla.testing.Scrape;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {
    private final NodeMetrics node = NodeMetrics.open("gateway", "1");
    private final HandClock clock = new HandClock(Instant.parse("2026-11-29T12:00:00Z"));
    private final GatewayMetrics gateway = node.gateway(clock);

    @AfterEach
    void close() {
        node.close();
    }

    private Scrape scrape() {
        return Scrape.of(node.text(Form.PROMETHEUS));
    }

    @Test
    void requests_shouldBeCountedByEndpointMethodAndClassOfStatus() {
        RequestMeter fleet = gateway.requests("GET", "/v1/fleet");
        fleet.answered(200, TimeUnit.MILLISECONDS.toNanos(3));
        fleet.answered(204, TimeUnit.MILLISECONDS.toNanos(30));
        fleet.answered(503, TimeUnit.SECONDS.toNanos(5));
        gateway.otherRequests().answered(404, 1000);

        Scrape scrape = scrape();
        String[] well = {"method", "GET", "endpoint", "/v1/fleet", "status", "2xx"};
        assertThat(scrape.value("flotilla_gateway_request_seconds_count", well)).isEqualTo(2);
        assertThat(scrape.value("flotilla_gateway_request_seconds_sum", well)).isEqualTo(0.033);
        assertThat(scrape.value(
                        "flotilla_gateway_request_seconds_bucket",
                        "method",
                        "GET",
                        "endpoint",
                        "/v1/fleet",
                        "status",
                        "2xx",
                        "le",
                        "0.005"))
                .isEqualTo(1);
        assertThat(scrape.value(
                        "flotilla_gateway_request_seconds_count",
                        "method",
                        "GET",
                        "endpoint",
                        "/v1/fleet",
                        "status",
                        "5xx"))
                .isEqualTo(1);
        assertThat(scrape.value(
                        "flotilla_gateway_request_seconds_count",
                        "method",
                        "other",
                        "endpoint",
                        "other",
                        "status",
                        "4xx"))
                .isEqualTo(1);
    }

    @Test
    void imagesAndProblems_shouldBeCountedByTheirCodes() {
        gateway.accepted(1000);
        gateway.accepted(0);
        gateway.refused("damaged");
        gateway.refused("damaged");
        gateway.problem("not-found");

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_gateway_images_accepted_total")).isEqualTo(2);
        assertThat(scrape.value("flotilla_gateway_accepted_bytes_total")).isEqualTo(1000);
        assertThat(scrape.value("flotilla_gateway_images_refused_total", "code", "damaged"))
                .isEqualTo(2);
        assertThat(scrape.value("flotilla_gateway_problems_total", "code", "not-found"))
                .isEqualTo(1);
    }

    @Test
    void answers_shouldBeTimedByOutcome() {
        gateway.answered(new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1))), Duration.ofMillis(1500));
        gateway.answered(new Outcome.Failed(FailureCode.DAMAGED, "broken"), Duration.ofMillis(20));

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_gateway_answer_seconds_sum", "outcome", "labelled"))
                .isEqualTo(1.5);
        assertThat(scrape.value("flotilla_gateway_answer_seconds_bucket", "outcome", "labelled", "le", "1.0"))
                .isZero();
        assertThat(scrape.value("flotilla_gateway_answer_seconds_bucket", "outcome", "labelled", "le", "2.0"))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_answer_seconds_count", "outcome", "damaged"))
                .isEqualTo(1);
    }

    @Test
    void lateAnswers_shouldBeCountedByOutcomeAndNotTimed() {
        assertThat(scrape().value("flotilla_gateway_late_answers_total", "outcome", "labelled"))
                .as("there from the start")
                .isZero();

        gateway.answeredLate(new Outcome.Failed(FailureCode.DAMAGED, "broken"));

        assertThat(scrape().value("flotilla_gateway_late_answers_total", "outcome", "damaged"))
                .isEqualTo(1);
        assertThat(scrape().sum("flotilla_gateway_answer_seconds_count")).isZero();
    }

    @Test
    void figuresOfNow_shouldBeThoseOfNow() {
        AtomicBoolean open = new AtomicBoolean();
        gateway.breaker("image-store", open::get);
        gateway.connections(() -> 9);
        gateway.uploadBegan();
        gateway.uploadBegan();
        gateway.uploadEnded();
        gateway.waiting(4);
        gateway.unanswered(3, Optional.of(clock.instant()));
        clock.pass(Duration.ofSeconds(90));
        open.set(true);

        Scrape scrape = scrape();
        assertThat(scrape.value("flotilla_gateway_breaker_open", "service", "image-store"))
                .isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_connections")).isEqualTo(9);
        assertThat(scrape.value("flotilla_gateway_uploads")).isEqualTo(1);
        assertThat(scrape.value("flotilla_gateway_waiting_callers")).isEqualTo(4);
        assertThat(scrape.value("flotilla_gateway_unanswered_images")).isEqualTo(3);
        assertThat(scrape.value("flotilla_gateway_oldest_unanswered_seconds")).isEqualTo(90);

        gateway.unanswered(0, Optional.empty());
        assertThat(scrape().value("flotilla_gateway_oldest_unanswered_seconds")).isZero();
    }
}
