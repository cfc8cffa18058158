package flotilla.load;

import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Carries images over HTTP/1.1. Any number of requests may wait at the same time: there are {@value #THREADS} threads and one
 * that watches the sockets, however many connections are open.
 */
final class HttpCaller implements Caller, AutoCloseable {
    private static final int THREADS = 4;
    /** Until a promise is asked for again when the server says nothing else and did not keep the poll waiting. */
    private static final Duration POLL_PAUSE = Duration.ofSeconds(1);

    static {
        allowClosedConnections();
    }

    private final Target target;
    private final Requests requests;
    private final Clock clock;
    private final ExecutorService threads;
    private final HttpClient http;

    /**
     * @param random for the boundary of forms
     * @throws LoadException when a header of the target cannot be sent
     */
    HttpCaller(Target target, Random random, Clock clock) {
        this.target = target;
        this.requests = new Requests(target, random);
        try {
            requests.question("/");
        } catch (IllegalArgumentException e) {
            throw new LoadException("--header: " + e.getMessage() + "; it cannot be set", e);
        }
        this.clock = clock;
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "load-http");
            thread.setDaemon(true);
            return thread;
        });
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .build();
    }

    /** The JDK's client lets nobody say {@code Connection: close} unless this is set before its first use. */
    private static void allowClosedConnections() {
        String property = "jdk.httpclient.allowRestrictedHeaders";
        if (System.getProperty(property) == null) {
            System.setProperty(property, "connection");
        }
    }

    @Override
    public CompletableFuture<Reply> call(LoadImage image) {
        return new Call(image).begin();
    }

    /** The body of the answer to a question about the system; empty when there is none. */
    CompletableFuture<Optional<String>> ask(String path) {
        return http.sendAsync(requests.question(path), BodyHandlers.ofString())
                .handle((response, failure) -> Optional.ofNullable(response)
                        .filter(one -> one.statusCode() == 200)
                        .map(HttpResponse::body));
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    /** One image on its way: the upload, perhaps again, then perhaps polls. One exchange at a time. */
    private final class Call {
        private final LoadImage image;
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final long sentAt = System.nanoTime();
        private volatile CompletableFuture<?> exchange;
        private volatile int retries;
        private volatile OptionalLong accepted = OptionalLong.empty();

        private Call(LoadImage image) {
            this.image = image;
        }

        private CompletableFuture<Reply> begin() {
            answer.completeOnTimeout(
                    new Answer.Failed(
                            "timeout", "no answer within " + target.timeout().toSeconds() + " s"),
                    target.timeout().toMillis(),
                    TimeUnit.MILLISECONDS);
            answer.whenComplete((done, failure) -> cancelExchange());
            CompletableFuture<Reply> reply = answer.thenApply(done -> new Reply(done, retries, accepted));
            reply.whenComplete((done, failure) -> answer.cancel(true));
            // With retries a lost answer must not become a second image; the key is new in each run.
            Optional<String> key =
                    target.retries() > 0 ? Optional.of(UUID.randomUUID().toString()) : Optional.empty();
            try {
                send(requests.post(image, key));
            } catch (FileNotFoundException e) {
                answer.complete(new Answer.Failed("unreadable file", image.path() + " cannot be read any more"));
            }
            return reply;
        }

        private void cancelExchange() {
            CompletableFuture<?> open = exchange;
            if (open != null) {
                open.cancel(true);
            }
        }

        private void send(HttpRequest request) {
            long start = System.nanoTime();
            CompletableFuture<HttpResponse<String>> sending = http.sendAsync(request, BodyHandlers.ofString());
            exchange = sending;
            if (answer.isDone()) {
                cancelExchange();
            }
            sending.whenComplete((response, failure) -> {
                try {
                    if (failure != null) {
                        answer.complete(failed(failure));
                    } else {
                        onResponse(request, Response.of(response), Duration.ofNanos(System.nanoTime() - start));
                    }
                } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
        }

        private void onResponse(HttpRequest request, Response response, Duration took) {
            Optional<Duration> again = Retry.after(response, target.retries() - retries, clock.instant());
            if (again.isPresent()) {
                retries++;
                later(again.get(), request);
                return;
            }
            AnswerReader.Step step = AnswerReader.read(response, target.stems());
            if (step instanceof AnswerReader.Finished finished) {
                answer.complete(finished.answer());
                return;
            }
            if (accepted.isEmpty()) {
                accepted = OptionalLong.of(System.nanoTime() - sentAt);
            }
            String location = ((AnswerReader.Ask) step).location();
            try {
                HttpRequest poll = requests.poll(location);
                later(request.method().equals("GET") ? pause(response).minus(took) : Duration.ZERO, poll);
            } catch (IllegalArgumentException e) {
                answer.complete(new Answer.Failed("no label", "the promised address is none: " + location));
            }
        }

        /** Between two polls, for a server that did not keep the first one waiting. */
        private Duration pause(Response response) {
            return response.retryAfter()
                    .flatMap(text -> Retry.parse(text, clock.instant()))
                    .orElse(POLL_PAUSE);
        }

        private void later(Duration pause, HttpRequest request) {
            if (pause.isZero() || pause.isNegative()) {
                send(request);
                return;
            }
            CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS, threads)
                    .execute(() -> {
                        if (!answer.isDone()) {
                            send(request);
                        }
                    });
        }
    }

    private static Answer.Failed failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ConnectException
                ? new Answer.Failed("no connection", "the server cannot be reached")
                : new Answer.Failed("connection lost", String.valueOf(cause.getMessage()));
    }
}
