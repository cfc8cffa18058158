package flotilla.aws.s3;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.connectors.s3.ListBucketResultContents;
import org.apache.pekko.stream.connectors.s3.javadsl.S3;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** What there is in buckets, in the order of the keys. A failure is an {@link flotilla.protocol.InfrastructureException}. */
final class S3Listing {
    /** A listing comes in pages of so many keys, each of them a request. */
    private static final int KEYS_OF_A_PAGE = 1000;

    private final S3Connection connection;

    S3Listing(S3Connection connection) {
        this.connection = connection;
    }

    /** Keys that begin so. */
    CompletionStage<List<String>> keys(String bucket, String prefix, Predicate<String> wanted, int most) {
        return S3Errors.wrapped(
                "ListObjects",
                bucket,
                prefix,
                found(bucket, prefix, true)
                        .map(ListBucketResultContents::getKey)
                        .filter(wanted::test)
                        .take(most)
                        .runWith(Sink.seq(), connection.system()));
    }

    /** The objects whose key is the prefix and a name without a slash. */
    CompletionStage<List<ListBucketResultContents>> children(String bucket, String prefix) {
        return S3Errors.wrapped(
                "ListObjects", bucket, prefix, found(bucket, prefix, false).runWith(Sink.seq(), connection.system()));
    }

    /** Whether there is an object whose key begins so. */
    CompletionStage<Boolean> exists(String bucket, String keyPrefix) {
        return S3Errors.wrapped(
                "ListObjects",
                bucket,
                keyPrefix,
                found(bucket, keyPrefix, true).take(1).runFold(false, (none, one) -> true, connection.system()));
    }

    /**
     * Objects as they are listed.
     *
     * @param deep every one below the prefix, or only those whose key has no slash after it
     */
    Source<ListBucketResultContents, NotUsed> objects(String bucket, String prefix, boolean deep) {
        return found(bucket, prefix, deep)
                .mapError(Throwable.class, failure -> S3Errors.wrap("ListObjects", bucket, prefix, failure));
    }

    /** Objects as they are listed, once; the requests are counted. */
    private Source<ListBucketResultContents, NotUsed> found(String bucket, String prefix, boolean deep) {
        Source<ListBucketResultContents, NotUsed> found =
                deep ? S3.listBucket(bucket, Optional.of(prefix)) : S3.listBucket(bucket, "/", Optional.of(prefix));
        connection.count("ListObjectsV2");
        AtomicInteger keys = new AtomicInteger();
        return found.withAttributes(connection.attributes()).map(one -> {
            int before = keys.getAndIncrement();
            if (before > 0 && before % KEYS_OF_A_PAGE == 0) {
                connection.count("ListObjectsV2");
            }
            return one;
        });
    }
}
