package flotilla.aws.s3;

import flotilla.aws.AwsErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.japi.pf.PFBuilder;
import org.apache.pekko.stream.Graph;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.connectors.s3.S3Headers;
import org.apache.pekko.stream.connectors.s3.UploadPartResponse;
import org.apache.pekko.stream.connectors.s3.javadsl.S3;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upload of bytes whose length is not known in advance. What fits into one part (5 MiB, the least that S3 takes as a
 * part) is collected and put at once; the rest is uploaded part by part, one at a time, so that at most three parts are in
 * memory: one on its way, one that waits and one that fills up.
 *
 * <p>When the bytes fail, the failure waits until the part on its way has been answered (only then is the upload's id known
 * and no part can come late), and the upload is aborted.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html">multipart upload limits</a>
 */
final class S3Upload {
    /** The least size of a part that is not the last, in bytes. */
    static final int PART_SIZE = 5 * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(S3Upload.class);
    /** Longer pieces are cut, so that no part is much longer than {@link #PART_SIZE}. */
    private static final int PIECE_SIZE = 1024 * 1024;

    private final S3Objects objects;
    private final String bucket;
    private final String key;
    private final ContentType type;

    /** The answer to the part handed over last; complete when there is none on its way. */
    private volatile CompletableFuture<Done> answered = CompletableFuture.completedFuture(Done.getInstance());

    private volatile Optional<String> uploadId = Optional.empty();

    S3Upload(S3Objects objects, String bucket, String key, ContentType type) {
        this.objects = objects;
        this.bucket = bucket;
        this.key = key;
        this.type = type;
    }

    /** The caller's bytes failed; the cause is what the caller gets. */
    private static final class BytesFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BytesFailedException(Throwable cause) {
            super(cause);
        }
    }

    /** Runs the upload. Fails with the failure of {@code bytes} itself, or with what S3 did wrong. */
    CompletionStage<Done> run(Source<ByteString, ?> bytes) {
        return parts(bytes)
                .prefixAndTail(2)
                .runWith(Sink.head(), objects.system())
                .thenCompose(start -> start.first().size() < 2
                        ? objects.put(bucket, key, type, concat(start.first()))
                        : multipart(Source.from(start.first()).concat(start.second())))
                .exceptionally(failure -> {
                    throw S3Objects.rethrown(
                            bytesFailure(failure).orElseGet(() -> S3Objects.wrap("upload", bucket, key, failure)));
                });
    }

    private static Source<ByteString, ?> parts(Source<ByteString, ?> bytes) {
        return bytes.mapError(Throwable.class, BytesFailedException::new)
                .mapConcat(S3Upload::pieces)
                .groupedWeighted(PART_SIZE, piece -> (long) piece.size())
                .map(S3Upload::concat);
    }

    private CompletionStage<Done> multipart(Source<ByteString, NotUsed> parts) {
        return parts.mapAsync(1, this::handOver)
                .recoverWith(new PFBuilder<Throwable, Graph<SourceShape<ByteString>, NotUsed>>()
                        .matchAny(failure ->
                                Source.completionStage(answered).flatMapConcat(done -> Source.failed(failure)))
                        .build())
                .map(part -> Pair.create(part, NotUsed.getInstance()))
                .runWith(
                        S3.<NotUsed>multipartUploadWithContext(
                                        bucket, key, Sink.foreach(this::onAnswer), type, S3Headers.empty())
                                .withAttributes(objects.attributes()),
                        objects.system())
                .<CompletionStage<Done>>handle((uploaded, failure) -> failure == null
                        ? CompletableFuture.completedStage(Done.getInstance())
                        : abort().thenCompose(done -> CompletableFuture.failedStage(failure)))
                .thenCompose(Function.identity());
    }

    private CompletionStage<ByteString> handOver(ByteString part) {
        return answered.thenApply(done -> {
            answered = new CompletableFuture<>();
            return part;
        });
    }

    private void onAnswer(Pair<UploadPartResponse, Iterable<NotUsed>> answer) {
        uploadId = Optional.of(answer.first().multipartUpload().uploadId());
        answered.complete(Done.getInstance());
    }

    /** Never fails: an upload that cannot be aborted costs storage until the bucket's lifecycle rule ends it. */
    private CompletionStage<Done> abort() {
        if (uploadId.isEmpty()) {
            return CompletableFuture.completedStage(Done.getInstance());
        }
        return S3.deleteUploadSource(bucket, key, uploadId.get())
                .withAttributes(objects.attributes())
                .runWith(Sink.ignore(), objects.system())
                .exceptionally(failure -> {
                    log.warn("upload of {} in bucket {} could not be aborted", key, bucket, failure);
                    return Done.getInstance();
                });
    }

    private static Optional<Throwable> bytesFailure(Throwable failure) {
        return Optional.of(AwsErrors.unwrap(failure))
                .filter(BytesFailedException.class::isInstance)
                .map(Throwable::getCause);
    }

    private static List<ByteString> pieces(ByteString bytes) {
        if (bytes.size() <= PIECE_SIZE) {
            return List.of(bytes);
        }
        List<ByteString> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.size(); from += PIECE_SIZE) {
            pieces.add(bytes.slice(from, Math.min(bytes.size(), from + PIECE_SIZE)));
        }
        return pieces;
    }

    private static ByteString concat(List<ByteString> pieces) {
        return pieces.stream().reduce(ByteString.emptyByteString(), ByteString::concat);
    }
}
