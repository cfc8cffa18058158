package flotilla.aws.s3;

import static flotilla.aws.s3.BucketCalls.NOT_FOUND;
import static flotilla.aws.s3.BucketCalls.asked;
import static flotilla.aws.s3.BucketCalls.said;
import static flotilla.aws.s3.BucketCalls.status;
import static flotilla.aws.s3.BucketCalls.told;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.aws.AwsTags;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Provider;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.ServerSideEncryptionRule;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Sees, makes and removes buckets. A store that answers a call with {@code NotImplemented} has no such thing: it is not told, and
 * not asked for.
 */
public final class S3Provision implements Provider, AutoCloseable {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
    /** Where CreateBucket wants no place to be named. */
    private static final String FIRST_REGION = "us-east-1";

    /** DeleteObjects takes no more. */
    private static final int MOST_AT_ONCE = 1000;

    private static final Set<String> LIFECYCLE =
            Set.of(Attributes.EXPIRE_AFTER_DAYS, Attributes.DROP_UPLOADS_AFTER_DAYS, Attributes.EXPIRY_PREFIX);
    private static final String PROBE = "doctor/probe";
    private static final ServerSideEncryptionRule ENCRYPT = ServerSideEncryptionRule.builder()
            .applyServerSideEncryptionByDefault(byDefault -> byDefault.sseAlgorithm(ServerSideEncryption.AES256))
            .build();

    private final S3AsyncClient client;
    private final String region;
    private final String cluster;
    private final BucketRules rules;

    private S3Provision(S3AsyncClient client, String region, String cluster, BucketRules rules) {
        this.client = client;
        this.region = region;
        this.cluster = cluster;
        this.rules = rules;
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param prefix of the keys that lifecycle rules are for
     */
    public static S3Provision connect(AwsClients clients, String cluster, String prefix) {
        S3AsyncClientBuilder builder =
                S3AsyncClient.builder().forcePathStyle(clients.settings().s3().isPresent());
        return new S3Provision(
                clients.client(builder, clients.settings().s3(), ATTEMPT_TIMEOUT, CALL_TIMEOUT),
                clients.region().id(),
                cluster,
                new BucketRules(prefix));
    }

    @Override
    public CompletionStage<Seen> look(Thing thing) {
        return new BucketLook(client, region, rules, thing.name()).seen();
    }

    @Override
    public CompletionStage<Done> create(Wanted wanted) {
        String bucket = wanted.thing().name();
        CreateBucketRequest.Builder request = CreateBucketRequest.builder().bucket(bucket);
        if (!region.equals(FIRST_REGION)) {
            request.createBucketConfiguration(place -> place.locationConstraint(region));
        }
        return said("CreateBucket", bucket, client.createBucket(request.build()))
                .thenCompose(created -> change(wanted, wanted.attributes().keySet()));
    }

    /** The tag comes first: a bucket without it would be nobody's if this ended half-way. */
    @Override
    public CompletionStage<Done> change(Wanted wanted, Set<String> attributes) {
        String bucket = wanted.thing().name();
        CompletionStage<?> all = tag(bucket);
        if (attributes.contains(Attributes.PUBLIC_ACCESS)) {
            all = all.thenCompose(before -> asked(
                    "PutPublicAccessBlock",
                    bucket,
                    () -> client.putPublicAccessBlock(request -> request.bucket(bucket)
                            .publicAccessBlockConfiguration(block -> block.blockPublicAcls(true)
                                    .blockPublicPolicy(true)
                                    .ignorePublicAcls(true)
                                    .restrictPublicBuckets(true)))));
        }
        if (attributes.contains(Attributes.ENCRYPTION)) {
            all = all.thenCompose(before -> asked(
                    "PutBucketEncryption",
                    bucket,
                    () -> client.putBucketEncryption(request -> request.bucket(bucket)
                            .serverSideEncryptionConfiguration(configuration -> configuration.rules(ENCRYPT)))));
        }
        if (!Collections.disjoint(attributes, LIFECYCLE)) {
            all = all.thenCompose(before -> putLifecycle(wanted));
        }
        return all.thenApply(done -> Done.getInstance());
    }

    /** Putting replaces all that is there: others' tags are put again. */
    private CompletionStage<?> tag(String bucket) {
        return told(
                        "GetBucketTagging",
                        bucket,
                        client.getBucketTagging(request -> request.bucket(bucket))
                                .thenApply(answer -> answer.tagSet()),
                        List.<Tag>of())
                .thenCompose(told -> {
                    List<Tag> tags = new ArrayList<>(told.orElse(List.of()));
                    tags.removeIf(tag -> tag.key().equals(AwsTags.CLUSTER));
                    tags.add(Tag.builder().key(AwsTags.CLUSTER).value(cluster).build());
                    return asked(
                            "PutBucketTagging",
                            bucket,
                            () -> client.putBucketTagging(
                                    request -> request.bucket(bucket).tagging(all -> all.tagSet(tags))));
                });
    }

    /** Likewise others' rules. */
    private CompletionStage<?> putLifecycle(Wanted wanted) {
        String bucket = wanted.thing().name();
        return told(
                        "GetBucketLifecycleConfiguration",
                        bucket,
                        client.getBucketLifecycleConfiguration(request -> request.bucket(bucket))
                                .thenApply(answer -> answer.rules()),
                        List.<LifecycleRule>of())
                .thenCompose(told -> asked(
                        "PutBucketLifecycleConfiguration",
                        bucket,
                        () -> client.putBucketLifecycleConfiguration(request -> request.bucket(bucket)
                                .lifecycleConfiguration(
                                        all -> all.rules(rules.with(told.orElse(List.of()), wanted.attributes()))))));
    }

    @Override
    public CompletionStage<Done> remove(Thing thing) {
        String bucket = thing.name();
        return empty(bucket)
                .thenCompose(emptied -> client.deleteBucket(request -> request.bucket(bucket)))
                .handle((deleted, failure) -> {
                    if (failure == null || status(failure) == NOT_FOUND) {
                        return Done.getInstance();
                    }
                    throw AwsErrors.code(failure).equals("BucketNotEmpty")
                            ? new InfrastructureException(
                                    "bucket " + bucket + " still holds something, such as old versions or objects that "
                                            + "came meanwhile; stop what writes there and run it again, or empty it by hand",
                                    AwsErrors.unwrap(failure))
                            : AwsErrors.wrap("S3 DeleteBucket of bucket " + bucket, failure);
                });
    }

    private CompletionStage<Done> empty(String bucket) {
        return said(
                        "ListObjects",
                        bucket,
                        client.listObjectsV2(request -> request.bucket(bucket).maxKeys(MOST_AT_ONCE)))
                .thenCompose(page -> {
                    if (page.contents().isEmpty()) {
                        return CompletableFuture.completedFuture(Done.getInstance());
                    }
                    List<ObjectIdentifier> keys = page.contents().stream()
                            .map(one ->
                                    ObjectIdentifier.builder().key(one.key()).build())
                            .toList();
                    return said(
                                    "DeleteObjects",
                                    bucket,
                                    client.deleteObjects(
                                            request -> request.bucket(bucket).delete(all -> all.objects(keys))))
                            .thenCompose(answer -> {
                                if (!answer.errors().isEmpty()) {
                                    throw new InfrastructureException(
                                            "S3 DeleteObjects in bucket " + bucket + " left "
                                                    + answer.errors().size() + " objects, such as "
                                                    + answer.errors().get(0).key() + " ("
                                                    + answer.errors().get(0).code() + "); check the permissions",
                                            null);
                                }
                                return empty(bucket);
                            });
                });
    }

    /** Writes an object below the prefix and deletes it again. */
    public CompletionStage<Done> probe(String bucket) {
        String key = rules.prefix() + PROBE;
        return said(
                        "PutObject of " + key,
                        bucket,
                        client.putObject(
                                request -> request.bucket(bucket).key(key), AsyncRequestBody.fromString("probe\n")))
                .thenCompose(written -> said(
                        "DeleteObject of " + key,
                        bucket,
                        client.deleteObject(request -> request.bucket(bucket).key(key))))
                .thenApply(gone -> Done.getInstance());
    }

    @Override
    public void close() {
        client.close();
    }
}
