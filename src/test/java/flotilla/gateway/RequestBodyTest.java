package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.AsPublisher;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

class RequestBodyTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Materializer MATERIALIZER = Materializer.matFromSystem(KIT.system());
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final ByteString PIECE = ByteString.fromString("x".repeat(100));
    private static final int PIECES = 50;

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    private static RequestBody body(Source<ByteString, NotUsed> bytes, long mostLeft, Duration stall) {
        return new RequestBody(
                HttpRequest.POST("/")
                        .withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, bytes)),
                mostLeft,
                stall);
    }

    private static Source<ByteString, NotUsed> pieces() {
        return Source.from(Collections.nCopies(PIECES, PIECE));
    }

    private static ByteString all(RequestBody body) {
        return body.request()
                .entity()
                .getDataBytes()
                .runFold(ByteString.emptyByteString(), ByteString::concat, KIT.system())
                .toCompletableFuture()
                .join();
    }

    @Test
    void bodyThatItsHandlerReads_shouldBeTheSameAndHoldNothingUp() {
        RequestBody body = body(pieces(), 0, LONG);

        assertThat(all(body).size()).isEqualTo(PIECES * PIECE.size());
        assertThat(body.isRead()).isTrue();
        assertThat(body.leave(MATERIALIZER)).isCompleted();
    }

    @Test
    void lengthThatTheClientTold_shouldBeKept() {
        long length = (long) PIECES * PIECE.size();
        RequestBody body = new RequestBody(
                HttpRequest.POST("/")
                        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, length, pieces())),
                0,
                LONG);

        assertThat(body.request().entity().getContentLengthOption()).hasValue(length);
        assertThat(all(body).size()).isEqualTo((int) length);
    }

    @Test
    void requestWithoutABody_shouldBeLeftAsItIs() {
        HttpRequest get = HttpRequest.GET("/");
        RequestBody body = new RequestBody(get, 0, LONG);

        assertThat(body.request()).isSameAs(get);
        assertThat(body.isRead()).isTrue();
        assertThat(body.leave(MATERIALIZER)).isCompleted();
    }

    @Test
    void bodyThatNobodyReads_shouldBeReadBeforeTheAnswer() {
        RequestBody body = body(pieces(), PIECES * PIECE.size(), LONG);

        body.leave(MATERIALIZER).toCompletableFuture().join();

        assertThat(body.isRead()).isTrue();
    }

    @Test
    void bodyThatItsHandlerHasEnoughOf_shouldBeReadToItsEnd() {
        RequestBody body = body(pieces(), PIECES * PIECE.size(), LONG);
        body.request().entity().getDataBytes().runWith(Sink.head(), KIT.system());

        body.leave(MATERIALIZER).toCompletableFuture().join();

        assertThat(body.isRead()).isTrue();
    }

    @Test
    void bodyWhoseReaderStandsStill_shouldBeReadAllTheSameAndItsReaderToldThatItIsOver() {
        RequestBody body = body(pieces(), PIECES * PIECE.size(), LONG);
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        body.request()
                .entity()
                .getDataBytes()
                .runWith(Sink.asPublisher(AsPublisher.WITHOUT_FANOUT), KIT.system())
                .subscribe(new Idle(told));

        body.leave(MATERIALIZER).toCompletableFuture().join();

        assertThat(body.isRead()).isTrue();
        assertThat(told.join()).hasMessage("the request is answered");
    }

    @Test
    void longerBodyThanIsThrownAway_shouldHoldTheAnswerNoLonger() {
        RequestBody body = body(pieces(), 10L * PIECE.size(), LONG);

        body.leave(MATERIALIZER).toCompletableFuture().join();

        assertThat(body.isRead()).isFalse();
    }

    @Test
    void bodyThatStops_shouldBeGivenUpAndThenCancelled() {
        CompletableFuture<CompletionStage<Done>> ended = new CompletableFuture<>();
        Source<ByteString, NotUsed> stopping = pieces().concat(
                        Source.<ByteString>never().watchTermination((never, end) -> {
                            ended.complete(end);
                            return NotUsed.getInstance();
                        }));
        RequestBody body = body(stopping, PIECES * PIECE.size(), Duration.ofMillis(100));

        body.leave(MATERIALIZER).toCompletableFuture().join();

        assertThat(body.isRead()).isFalse();
        ended.join().toCompletableFuture().join();
    }

    @Test
    void clientThatAsksFirst_shouldNotBeToldToSend() {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        Source<ByteString, NotUsed> bytes = pieces().map(piece -> {
            asked.complete(null);
            return piece;
        });
        RequestBody body = new RequestBody(
                HttpRequest.POST("/")
                        .addHeader(
                                org.apache.pekko.http.javadsl.model.headers.RawHeader.create("Expect", "100-continue"))
                        .withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, bytes)),
                1000,
                LONG);

        assertThat(body.leave(MATERIALIZER)).isCompleted();
        assertThat(asked).isNotDone();
        assertThat(body.isRead()).isFalse();
    }

    /** Subscribes, and asks for nothing. */
    private record Idle(CompletableFuture<Throwable> told) implements Subscriber<ByteString> {
        @Override
        public void onSubscribe(Subscription subscription) {}

        @Override
        public void onNext(ByteString bytes) {
            throw new AssertionError("nothing was asked for");
        }

        @Override
        public void onError(Throwable failure) {
            told.complete(failure);
        }

        @Override
        public void onComplete() {
            told.completeExceptionally(new AssertionError("it looked whole"));
        }
    }
}
