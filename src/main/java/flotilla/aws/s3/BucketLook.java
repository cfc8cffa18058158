package flotilla.aws.s3;

import static flotilla.aws.s3.BucketCalls.NOT_FOUND;
import static flotilla.aws.s3.BucketCalls.status;

import flotilla.aws.AwsErrors;
import flotilla.aws.AwsTags;
import flotilla.provision.Attributes;
import flotilla.provision.Seen;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * One look at a bucket. What the store answers with {@code NotImplemented} is not told, and neither is what these credentials may
 * not see. The answers come on several threads.
 */
final class BucketLook {
    private static final int FORBIDDEN = 403;
    private static final int ELSEWHERE = 301;
    private static final String TAGS = "s3:GetBucketTagging";

    private final S3AsyncClient client;
    private final String region;
    private final BucketRules rules;
    private final String bucket;
    private final SortedMap<String, String> attributes = new ConcurrentSkipListMap<>();
    private final Set<String> denied = new ConcurrentSkipListSet<>();

    BucketLook(S3AsyncClient client, String region, BucketRules rules, String bucket) {
        this.client = client;
        this.region = region;
        this.rules = rules;
        this.bucket = bucket;
    }

    CompletionStage<Seen> seen() {
        return client.headBucket(request -> request.bucket(bucket))
                .handle((found, failure) ->
                        failure == null ? present() : CompletableFuture.completedFuture(absent(failure)))
                .thenCompose(Function.identity());
    }

    private Seen absent(Throwable failure) {
        return switch (status(failure)) {
            case NOT_FOUND -> new Seen.Missing();
            case ELSEWHERE ->
                new Seen.OutOfReach("is in another region than " + region
                        + "; choose another name (flotilla.storage), or set flotilla.aws.region");
            case FORBIDDEN ->
                new Seen.OutOfReach(
                        "is another account's, or these credentials may not look at it; choose another name "
                                + "(flotilla.storage) or get s3:ListBucket on it");
            default -> throw AwsErrors.wrap("S3 HeadBucket of bucket " + bucket, failure);
        };
    }

    private CompletionStage<Seen> present() {
        return CompletableFuture.allOf(
                        publicAccess().toCompletableFuture(),
                        encryption().toCompletableFuture(),
                        lifecycle().toCompletableFuture(),
                        contents().toCompletableFuture())
                .thenCompose(all -> tags())
                .thenCompose(tags -> {
                    boolean tagsDenied = denied.contains(TAGS);
                    Optional<String> cluster = cluster(tags);
                    CompletionStage<?> owner = tags.isPresent() && cluster.isEmpty()
                            ? owner()
                            : CompletableFuture.completedFuture(Optional.empty());
                    return owner.<Seen>thenApply(
                            known -> new Seen.Present(cluster, tags.isPresent() || tagsDenied, attributes, denied));
                });
    }

    private CompletionStage<Optional<List<Tag>>> tags() {
        return told(
                TAGS,
                "GetBucketTagging",
                client.getBucketTagging(request -> request.bucket(bucket)).thenApply(answer -> answer.tagSet()),
                List.of());
    }

    private static Optional<String> cluster(Optional<List<Tag>> tags) {
        return tags.stream()
                .flatMap(List::stream)
                .filter(tag -> tag.key().equals(AwsTags.CLUSTER))
                .map(Tag::value)
                .findFirst();
    }

    /** Only this account's own buckets are listed. Who may not list them does not learn whose it is. */
    private CompletionStage<?> owner() {
        return client.listBuckets(request -> request.prefix(bucket)).handle((answer, failure) -> {
            if (failure == null) {
                boolean ours =
                        answer.buckets().stream().anyMatch(one -> one.name().equals(bucket));
                attributes.put(Attributes.OWNER, ours ? Attributes.OURS : Attributes.OTHERS);
            } else if (!AwsErrors.isDenied(failure)) {
                throw AwsErrors.wrap("S3 ListBuckets", failure);
            }
            return bucket;
        });
    }

    private CompletionStage<?> publicAccess() {
        return told(
                        "s3:GetBucketPublicAccessBlock",
                        "GetPublicAccessBlock",
                        client.getPublicAccessBlock(request -> request.bucket(bucket))
                                .thenApply(answer -> blocksAll(answer.publicAccessBlockConfiguration())),
                        false)
                .thenAccept(told -> told.ifPresent(blocked ->
                        attributes.put(Attributes.PUBLIC_ACCESS, blocked ? Attributes.BLOCKED : Attributes.POSSIBLE)));
    }

    private static boolean blocksAll(PublicAccessBlockConfiguration block) {
        return Boolean.TRUE.equals(block.blockPublicAcls())
                && Boolean.TRUE.equals(block.blockPublicPolicy())
                && Boolean.TRUE.equals(block.ignorePublicAcls())
                && Boolean.TRUE.equals(block.restrictPublicBuckets());
    }

    private CompletionStage<?> encryption() {
        return told(
                        "s3:GetEncryptionConfiguration",
                        "GetBucketEncryption",
                        client.getBucketEncryption(request -> request.bucket(bucket))
                                .thenApply(answer -> !answer.serverSideEncryptionConfiguration()
                                        .rules()
                                        .isEmpty()),
                        false)
                .thenAccept(told -> told.ifPresent(
                        on -> attributes.put(Attributes.ENCRYPTION, on ? Attributes.ON : Attributes.OFF)));
    }

    private CompletionStage<?> lifecycle() {
        return told(
                        "s3:GetLifecycleConfiguration",
                        "GetBucketLifecycleConfiguration",
                        client.getBucketLifecycleConfiguration(request -> request.bucket(bucket))
                                .thenApply(answer -> rules.told(answer.rules())),
                        rules.told(List.of()))
                .thenAccept(told -> told.ifPresent(attributes::putAll));
    }

    private CompletionStage<?> contents() {
        return BucketCalls.said(
                        "ListObjects",
                        bucket,
                        client.listObjectsV2(request -> request.bucket(bucket).maxKeys(1)))
                .thenAccept(answer -> attributes.put(
                        Attributes.CONTENTS, answer.contents().isEmpty() ? Attributes.NONE : Attributes.OBJECTS));
    }

    private <T> CompletionStage<Optional<T>> told(
            String permission, String operation, CompletionStage<T> call, T none) {
        return BucketCalls.told(operation, bucket, call, none).exceptionally(failure -> {
            if (AwsErrors.isDenied(failure)) {
                denied.add(permission);
                return Optional.empty();
            }
            throw AwsErrors.wrap("S3 " + operation + " of bucket " + bucket, failure);
        });
    }
}
