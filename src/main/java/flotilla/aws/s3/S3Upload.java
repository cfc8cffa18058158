package flotilla.aws.s3;

import flotilla.aws.AwsErrors;
import flotilla.protocol.InPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.stream.IOResult;
import org.apache.pekko.stream.javadsl.FileIO;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upload of bytes whose length is not known in advance, as one PutObject: the object appears whole or not at all. What
 * is short is collected in memory; what is longer is streamed through a temporary file, so that memory stays bounded and S3
 * hears of the image only when all of it has arrived.
 */
final class S3Upload {
    /** What is collected in memory, in bytes; of what is longer twice as much is, before the file is begun. */
    static final int MEMORY_SIZE = 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(S3Upload.class);

    private final S3Objects objects;
    private final String bucket;
    private final String key;
    private final ContentType type;
    private final UploadFolder folder;

    S3Upload(S3Objects objects, String bucket, String key, ContentType type, UploadFolder folder) {
        this.folder = folder;
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

    /** Runs the upload. Fails with the failure of {@code bytes} itself, or with what S3 or the disk did wrong. */
    CompletionStage<Done> run(Source<ByteString, ?> bytes) {
        return InPlace.of(bytes.mapError(Throwable.class, BytesFailedException::new)
                        .groupedWeighted(MEMORY_SIZE, piece -> (long) piece.size())
                        .map(S3Upload::concat)
                        .prefixAndTail(2)
                        .runWith(Sink.head(), objects.system()))
                .thenCompose(start -> start.first().size() < 2
                        ? objects.put(bucket, key, type, concat(start.first()))
                        : throughFile(Source.from(start.first()).concat(start.second())))
                .exceptionally(failure -> {
                    throw S3Errors.rethrown(
                            bytesFailure(failure).orElseGet(() -> S3Errors.wrap("upload", bucket, key, failure)));
                });
    }

    private CompletionStage<Done> throughFile(Source<ByteString, NotUsed> bytes) {
        Path file;
        try {
            file = folder.newFile();
        } catch (IOException e) {
            bytes.runWith(Sink.cancelled(), objects.system());
            return CompletableFuture.failedStage(e);
        }
        CompletionStage<IOResult> written = bytes.runWith(FileIO.toPath(file), objects.system());
        return written.thenCompose(result -> objects.put(bucket, key, type, file, result.count()))
                .whenComplete((done, failure) -> delete(file));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("temporary file {} could not be deleted", file, new UncheckedIOException(e));
        }
    }

    /** The failure of the caller's bytes, wherever a stage has wrapped it. */
    private static Optional<Throwable> bytesFailure(Throwable failure) {
        for (Throwable at = AwsErrors.unwrap(failure); at != null; at = at.getCause()) {
            if (at instanceof BytesFailedException) {
                return Optional.of(at.getCause());
            }
        }
        return Optional.empty();
    }

    private static ByteString concat(List<ByteString> pieces) {
        return pieces.stream().reduce(ByteString.emptyByteString(), ByteString::concat);
    }
}
