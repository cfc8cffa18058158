package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.ApiKeySettings;
import flotilla.gateway.Endpoint.Access;
import flotilla.testing.HandClock;
import flotilla.testing.HandTimer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** How long a request counts among those of its key. */
class AccessControlTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final HttpResponse STREAM = ServerEvents.response(Source.<ByteString>never());

    private final HandTimer timer = new HandTimer();
    private final AccessControl access = new AccessControl(
            List.of(new ApiKeySettings("one", AccessControl.sha256("k"), Set.of(ApiKeySettings.Role.READ), 0, 1)),
            5,
            timer,
            new HandClock(Instant.parse("2026-11-29T12:00:00Z")));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletableFuture<HttpResponse> ask(CompletableFuture<HttpResponse> answer) {
        HttpRequest request = HttpRequest.GET("/").addHeader(RawHeader.create("X-API-Key", "k"));
        return access.guarded(
                        request,
                        guard -> guard.apply(request, Access.READ)
                                .map(CompletableFuture::completedFuture)
                                .orElse(answer))
                .toCompletableFuture();
    }

    private HttpResponse ask(HttpResponse answer) {
        return ask(CompletableFuture.completedFuture(answer)).join();
    }

    private int status() {
        return ask(HttpResponse.create()).status().intValue();
    }

    private static SinkQueueWithCancel<ByteString> read(HttpResponse response) {
        return response.entity().getDataBytes().runWith(Sink.queue(), KIT.system());
    }

    private void awaitStatus(int status) {
        KIT.createTestProbe()
                .awaitAssert(Duration.ofSeconds(20), () -> assertThat(status()).isEqualTo(status));
    }

    @Test
    void stream_shouldCountUntilItsClientHasGone() {
        SinkQueueWithCancel<ByteString> reader = read(ask(STREAM));
        assertThat(status()).isEqualTo(429);
        timer.pass(Duration.ofHours(1));
        assertThat(status()).as("it is still read").isEqualTo(429);

        reader.cancel();

        awaitStatus(200);
        assertThat(status()).isEqualTo(200);
    }

    @Test
    void streamThatNobodyReads_shouldNotCountForEver() {
        ask(STREAM);
        timer.pass(Duration.ofSeconds(59));
        assertThat(status()).isEqualTo(429);

        timer.pass(Duration.ofSeconds(1));

        assertThat(status()).isEqualTo(200);
        assertThat(status()).as("counted back once").isEqualTo(200);
    }

    @Test
    void answerInOnePiece_shouldEndItsRequest() {
        CompletableFuture<HttpResponse> later = new CompletableFuture<>();
        CompletableFuture<HttpResponse> asked = ask(later);
        assertThat(status()).isEqualTo(429);

        later.complete(HttpResponse.create());

        assertThat(asked.join().status().intValue()).isEqualTo(200);
        assertThat(status()).isEqualTo(200);
    }

    @Test
    void requestThatFails_shouldNotCountAnyMore() {
        CompletableFuture<HttpResponse> failed =
                ask(CompletableFuture.failedFuture(new IllegalStateException("broken")));

        assertThat(failed.handle((response, failure) -> failure).join())
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("broken");
        assertThat(status()).isEqualTo(200);
    }
}
