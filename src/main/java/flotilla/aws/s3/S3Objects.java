package flotilla.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.protocol.InPlace;
import flotilla.protocol.InfrastructureException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Date;
import org.apache.pekko.http.javadsl.model.headers.LastModified;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.IOOperationIncompleteException;
import org.apache.pekko.stream.connectors.s3.S3Exception;
import org.apache.pekko.stream.connectors.s3.S3Headers;
import org.apache.pekko.stream.connectors.s3.javadsl.S3;
import org.apache.pekko.stream.javadsl.FileIO;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import scala.collection.immutable.Map.Map1;

/**
 * The calls that we make to S3 for single objects, through Pekko Connectors. Server errors and lost connections are tried again
 * three times with backoff; every other failure is an {@link InfrastructureException}. Keys are those of {@link S3Keys}.
 */
final class S3Objects {
    private static final int READ_ATTEMPTS = 3;
    private static final int CONFLICT_ATTEMPTS = 8;
    private static final long RETRY_DELAY_MILLIS = 100;
    private static final long COPY_ANSWER_TIMEOUT_MILLIS = 30_000;
    private static final S3Headers IF_ABSENT = S3Headers.create().withCustomHeaders(new Map1<>("If-None-Match", "*"));
    private static final Pattern ERROR_CODE = Pattern.compile("<Code>([^<]*)</Code>");

    private final ClassicActorSystemProvider system;
    private final Attributes attributes;
    private final S3Connection connection;
    private final S3Listing listing;

    S3Objects(ClassicActorSystemProvider system, AwsClients clients) {
        this.system = system;
        this.connection = S3Connection.of(system, clients);
        this.attributes = connection.attributes();
        this.listing = new S3Listing(connection);
    }

    ClassicActorSystemProvider system() {
        return system;
    }

    /** What every stream of the connector that runs must carry. */
    Attributes attributes() {
        return attributes;
    }

    /** What there is in the same S3. */
    S3Listing listing() {
        return listing;
    }

    CompletionStage<Done> put(String bucket, String key, ContentType type, ByteString bytes) {
        return S3Errors.wrapped("PutObject", bucket, key, put(bucket, key, type, bytes, S3Headers.empty()));
    }

    /** Writes a file of {@code length} bytes, which must not change meanwhile: it is read twice, to sign and to send. */
    CompletionStage<Done> put(String bucket, String key, ContentType type, Path file, long length) {
        count("PutObject");
        return S3Errors.wrapped(
                "PutObject",
                bucket,
                key,
                S3.putObject(bucket, key, FileIO.fromPath(file), length, type, S3Headers.empty())
                        .withAttributes(attributes)
                        .runWith(Sink.ignore(), system));
    }

    /**
     * Writes an object unless there is one.
     *
     * @return whether it was written
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">conditional writes</a>
     */
    CompletionStage<Boolean> putIfAbsent(String bucket, String key, ContentType type, ByteString bytes) {
        return S3Errors.wrapped("PutObject", bucket, key, putIfAbsent(bucket, key, type, bytes, 1));
    }

    private CompletionStage<Boolean> putIfAbsent(
            String bucket, String key, ContentType type, ByteString bytes, int attempt) {
        return put(bucket, key, type, bytes, IF_ABSENT)
                .thenApply(done -> CompletableFuture.completedStage(true))
                .exceptionally(failure -> switch (S3Errors.status(failure)) {
                    case 412 -> CompletableFuture.completedStage(false);
                    case 409 ->
                        attempt < CONFLICT_ATTEMPTS
                                ? later(() -> putIfAbsent(bucket, key, type, bytes, attempt + 1))
                                : CompletableFuture.failedStage(failure);
                    default -> CompletableFuture.failedStage(failure);
                })
                .thenCompose(Function.identity());
    }

    private CompletionStage<Done> put(
            String bucket, String key, ContentType type, ByteString bytes, S3Headers headers) {
        count("PutObject");
        return InPlace.of(S3.putObject(bucket, key, Source.single(bytes), bytes.size(), type, headers)
                .withAttributes(attributes)
                .runWith(Sink.ignore(), system));
    }

    /** Reads an object whole; empty when there is none. */
    CompletionStage<Optional<ByteString>> get(String bucket, String key) {
        return S3Errors.wrapped("GetObject", bucket, key, get(bucket, key, 1));
    }

    private CompletionStage<Optional<ByteString>> get(String bucket, String key, int attempt) {
        count("GetObject");
        return InPlace.of(S3.getObject(bucket, key)
                        .withAttributes(attributes)
                        .runFold(ByteString.emptyByteString(), ByteString::concat, system))
                .thenApply(bytes -> CompletableFuture.completedStage(Optional.of(bytes)))
                .exceptionally(failure -> {
                    if (S3Errors.code(failure).equals("NoSuchKey")) {
                        return CompletableFuture.completedStage(Optional.empty());
                    }
                    boolean connectionLost = !(AwsErrors.unwrap(failure) instanceof S3Exception);
                    return connectionLost && attempt < READ_ATTEMPTS
                            ? later(() -> get(bucket, key, attempt + 1))
                            : CompletableFuture.failedStage(failure);
                })
                .thenCompose(Function.identity());
    }

    /** Reads an object as it comes; empty when there is none. The stream fails with what S3 does wrong meanwhile. */
    CompletionStage<Optional<Source<ByteString, ?>>> open(String bucket, String key) {
        count("GetObject");
        CompletionStage<Optional<Source<ByteString, ?>>> opened = S3.getObject(bucket, key)
                .withAttributes(attributes)
                .prefixAndTail(1)
                .runWith(Sink.head(), system)
                .thenApply(split -> Optional.<Source<ByteString, ?>>of(
                        Source.from(split.first()).concat(split.second())))
                .exceptionally(failure -> {
                    if (S3Errors.code(failure).equals("NoSuchKey")) {
                        return Optional.empty();
                    }
                    throw S3Errors.rethrown(failure);
                });
        return S3Errors.wrapped("GetObject", bucket, key, opened);
    }

    private void count(String operation) {
        connection.count(operation);
    }

    /**
     * Writes an object to a file that is not there yet.
     *
     * @param eTag of the version that is wanted, without quotes
     * @return whether that version is there
     */
    CompletionStage<Boolean> download(String bucket, String key, String eTag, Path file) {
        return S3Errors.wrapped("GetObject", bucket, key, download(bucket, key, eTag, file, 1));
    }

    private CompletionStage<Boolean> download(String bucket, String key, String eTag, Path file, int attempt) {
        count("GetObject");
        S3Headers ifMatch = S3Headers.create().withCustomHeaders(new Map1<>("If-Match", '"' + eTag + '"'));
        return S3.getObject(bucket, key, ifMatch)
                .withAttributes(attributes)
                .runWith(FileIO.toPath(file), system)
                .thenApply(written -> CompletableFuture.completedStage(true))
                .exceptionally(failure -> {
                    Throwable cause = sourceFailure(failure);
                    if (S3Errors.code(cause).equals("NoSuchKey") || S3Errors.status(cause) == 412) {
                        return CompletableFuture.completedStage(false);
                    }
                    return !(cause instanceof S3Exception) && attempt < READ_ATTEMPTS
                            ? later(() -> download(bucket, key, eTag, file, attempt + 1))
                            : CompletableFuture.failedStage(cause);
                })
                .thenCompose(Function.identity());
    }

    /** What the bytes failed with that were being written to a file. */
    private static Throwable sourceFailure(Throwable failure) {
        Throwable cause = AwsErrors.unwrap(failure);
        return cause instanceof IOOperationIncompleteException && cause.getCause() != null ? cause.getCause() : cause;
    }

    /** How old an object is, by S3's own clock; empty when there is none. */
    CompletionStage<Optional<Duration>> age(String bucket, String key) {
        count("HeadObject");
        return S3Errors.wrapped(
                "HeadObject",
                bucket,
                key,
                S3.request(bucket, key, HttpMethods.HEAD, S3Headers.empty())
                        .withAttributes(attributes)
                        .runWith(Sink.head(), system)
                        .thenApply(response -> {
                            response.discardEntityBytes(system);
                            return age(response);
                        }));
    }

    private static Optional<Duration> age(HttpResponse response) {
        if (response.status().intValue() == StatusCodes.NOT_FOUND.intValue()) {
            return Optional.empty();
        }
        if (response.status().isFailure()) {
            throw new S3Exception((org.apache.pekko.http.scaladsl.model.StatusCode) response.status(), "", "", "", "");
        }
        long now = response.getHeader(Date.class)
                .orElseThrow(() -> new IllegalStateException("the answer has no Date"))
                .date()
                .clicks();
        long written = response.getHeader(LastModified.class)
                .orElseThrow(() -> new IllegalStateException("the answer has no Last-Modified"))
                .date()
                .clicks();
        return Optional.of(Duration.ofMillis(Math.max(0, now - written)));
    }

    /** Removes an object; a missing one is no error. */
    CompletionStage<Done> delete(String bucket, String key) {
        count("DeleteObject");
        return S3Errors.wrapped(
                "DeleteObject",
                bucket,
                key,
                S3.deleteObject(bucket, key).withAttributes(attributes).runWith(Sink.ignore(), system));
    }

    /** Copies an object of up to 5 GB within a bucket, inside S3. */
    CompletionStage<Done> copy(String bucket, String from, String to) {
        count("CopyObject");
        S3Headers headers = S3Headers.create().withCustomHeaders(new Map1<>("x-amz-copy-source", source(bucket, from)));
        return S3Errors.wrapped(
                "CopyObject",
                bucket,
                to,
                S3.request(bucket, to, HttpMethods.PUT, headers)
                        .withAttributes(attributes)
                        .runWith(Sink.head(), system)
                        .thenCompose(this::refuseError));
    }

    /** A copy may answer 200 and yet hold an error in its body, because S3 answers before it has copied. */
    private CompletionStage<Done> refuseError(HttpResponse response) {
        return response.entity().toStrict(COPY_ANSWER_TIMEOUT_MILLIS, system).thenApply(entity -> {
            String body = entity.getData().utf8String();
            if (response.status().isFailure() || body.contains("<Error>")) {
                throw new S3Exception(
                        (org.apache.pekko.http.scaladsl.model.StatusCode) response.status(),
                        firstGroup(ERROR_CODE, body),
                        body,
                        "",
                        "");
            }
            return Done.getInstance();
        });
    }

    private static String source(String bucket, String key) {
        return Arrays.stream(key.split("/", -1))
                .map(segment -> URLEncoder.encode(segment, UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/", "/" + bucket + "/", ""));
    }

    private static String firstGroup(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static <T> CompletionStage<T> later(Supplier<CompletionStage<T>> call) {
        return CompletableFuture.supplyAsync(
                        call, CompletableFuture.delayedExecutor(RETRY_DELAY_MILLIS, TimeUnit.MILLISECONDS))
                .thenCompose(Function.identity());
    }
}
