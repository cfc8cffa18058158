package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Kind;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import flotilla.testing.FakeS3;
import flotilla.testing.FakeS3.Said;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against answers as S3 documents them, for what the embedded cloud's store does not have. */
class S3ProvisionTest {
    private static final Thing BUCKET = new Thing(Kind.BUCKET, "bucket");
    private static final Wanted WANTED = Wanted.of(
            Kind.BUCKET,
            "bucket",
            Map.of(
                    Attributes.PUBLIC_ACCESS,
                    Attributes.BLOCKED,
                    Attributes.ENCRYPTION,
                    Attributes.ON,
                    Attributes.EXPIRE_AFTER_DAYS,
                    "22",
                    Attributes.DROP_UPLOADS_AFTER_DAYS,
                    "1",
                    Attributes.EXPIRY_PREFIX,
                    "p/"));

    /** By method and subresource, such as {@code GET tagging}. */
    private final Map<String, Said> answers = new ConcurrentHashMap<>();

    private FakeS3 s3;
    private AwsClients clients;
    private S3Provision buckets;

    @BeforeEach
    void start() {
        s3 = new FakeS3(asked -> answers.getOrDefault(asked.call(), Said.done()));
        clients = AwsClients.open(s3.settings("eu-central-1"), 0);
        buckets = S3Provision.connect(clients, "fleet", "p/");
        answers.put("HEAD", Said.of(200, ""));
        answers.put("GET tagging", Said.error(404, "NoSuchTagSet"));
        answers.put("GET publicAccessBlock", Said.error(404, "NoSuchPublicAccessBlockConfiguration"));
        answers.put("GET encryption", Said.error(404, "ServerSideEncryptionConfigurationNotFoundError"));
        answers.put("GET lifecycle", Said.error(404, "NoSuchLifecycleConfiguration"));
        answers.put("GET list-type", Said.of(200, "<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"));
        answers.put("GET prefix", ownBuckets("bucket"));
    }

    /** What this account has of a prefix. */
    private static Said ownBuckets(String... names) {
        return Said.of(
                200,
                "<ListAllMyBucketsResult><Buckets>"
                        + Stream.of(names)
                                .map(name -> "<Bucket><Name>" + name + "</Name></Bucket>")
                                .collect(Collectors.joining())
                        + "</Buckets></ListAllMyBucketsResult>");
    }

    @AfterEach
    void stop() {
        buckets.close();
        clients.close();
        s3.close();
    }

    private Seen look() {
        return Await.result(buckets.look(BUCKET));
    }

    /** Those that change something, each as call and body. */
    private List<String> requests() {
        return s3.asked().stream()
                .filter(asked -> !Set.of("GET", "HEAD").contains(asked.method()))
                .map(asked -> asked.call() + " " + asked.body())
                .toList();
    }

    private List<String> requests(String call) {
        return requests().stream().filter(one -> one.startsWith(call + " ")).toList();
    }

    @Test
    void bareBucket_shouldBeNobodysAndOpen() {
        assertThat(look())
                .isEqualTo(new Seen.Present(
                        Optional.empty(),
                        true,
                        new TreeMap<>(Map.of(
                                Attributes.PUBLIC_ACCESS, Attributes.POSSIBLE,
                                Attributes.ENCRYPTION, Attributes.OFF,
                                Attributes.EXPIRE_AFTER_DAYS, "0",
                                Attributes.DROP_UPLOADS_AFTER_DAYS, "0",
                                Attributes.OWNER, Attributes.OURS,
                                Attributes.CONTENTS, Attributes.NONE))));
    }

    @Test
    void bucketThatAnotherAccountLends_shouldBeToldApartFromOurs() {
        answers.put("GET prefix", ownBuckets("bucket-2"));
        assertThat(attributes()).containsEntry(Attributes.OWNER, Attributes.OTHERS);

        answers.put("GET prefix", Said.error(403, "AccessDenied"));
        assertThat(attributes()).doesNotContainKey(Attributes.OWNER);
    }

    private Map<String, String> attributes() {
        return ((Seen.Present) look()).attributes();
    }

    /** A gateway's role may see objects, and not how a bucket is furnished. */
    @Test
    void whatMayNotBeSeen_shouldBeNamedAndTheRestTold() {
        for (String thing : List.of("tagging", "publicAccessBlock", "lifecycle")) {
            answers.put("GET " + thing, Said.error(403, "AccessDenied"));
        }

        assertThat(look())
                .isEqualTo(new Seen.Present(
                        Optional.empty(),
                        true,
                        new TreeMap<>(
                                Map.of(Attributes.ENCRYPTION, Attributes.OFF, Attributes.CONTENTS, Attributes.NONE)),
                        Set.of(
                                "s3:GetBucketTagging",
                                "s3:GetBucketPublicAccessBlock",
                                "s3:GetLifecycleConfiguration")));
    }

    /** Otherwise the keys of a new prefix would stay for ever. */
    @Test
    void ruleForAnotherPrefix_shouldBeToldAndReplaced() {
        answers.put(
                "GET lifecycle",
                Said.of(
                        200,
                        "<LifecycleConfiguration><Rule><ID>flotilla</ID><Status>Enabled</Status><Filter><Prefix>old/</Prefix>"
                                + "</Filter><Expiration><Days>22</Days></Expiration></Rule></LifecycleConfiguration>"));
        assertThat(attributes()).containsEntry(Attributes.EXPIRY_PREFIX, "old/");

        Await.result(buckets.change(WANTED, Set.of(Attributes.EXPIRY_PREFIX)));

        assertThat(requests("PUT lifecycle"))
                .singleElement()
                .asString()
                .contains("<Prefix>p/</Prefix>")
                .doesNotContain("old/");
    }

    @Test
    void furnishedBucket_shouldBeToldAsItIs() {
        answers.put(
                "GET tagging",
                Said.of(
                        200,
                        "<Tagging><TagSet><Tag><Key>flotilla:cluster</Key><Value>fleet</Value></Tag></TagSet></Tagging>"));
        answers.put(
                "GET publicAccessBlock",
                Said.of(
                        200,
                        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true"
                                + "</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true"
                                + "</RestrictPublicBuckets></PublicAccessBlockConfiguration>"));
        answers.put(
                "GET encryption",
                Said.of(
                        200,
                        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms"
                                + "</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
                                + "</ServerSideEncryptionConfiguration>"));
        answers.put(
                "GET lifecycle",
                Said.of(
                        200,
                        "<LifecycleConfiguration><Rule><ID>flotilla</ID><Status>Enabled</Status><Filter><Prefix>p/</Prefix>"
                                + "</Filter><Expiration><Days>22</Days></Expiration><AbortIncompleteMultipartUpload>"
                                + "<DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>"
                                + "</LifecycleConfiguration>"));
        answers.put(
                "GET list-type",
                Said.of(200, "<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>"));

        assertThat(look())
                .isEqualTo(Seen.Present.of(
                        "fleet",
                        Map.of(
                                Attributes.PUBLIC_ACCESS,
                                Attributes.BLOCKED,
                                Attributes.ENCRYPTION,
                                Attributes.ON,
                                Attributes.EXPIRE_AFTER_DAYS,
                                "22",
                                Attributes.DROP_UPLOADS_AFTER_DAYS,
                                "1",
                                Attributes.EXPIRY_PREFIX,
                                "p/",
                                Attributes.CONTENTS,
                                Attributes.OBJECTS)));
    }

    @Test
    void bucketOfAnotherAccountOrRegion_shouldBeOutOfReachAndAMissingOneMissing() {
        answers.put("HEAD", Said.of(403, ""));
        assertThat(look())
                .isInstanceOfSatisfying(
                        Seen.OutOfReach.class,
                        one -> assertThat(one.why()).contains("another account's", "another name"));
        answers.put("HEAD", Said.of(301, ""));
        assertThat(look())
                .isInstanceOfSatisfying(
                        Seen.OutOfReach.class,
                        one -> assertThat(one.why()).contains("another region than eu-central-1"));
        answers.put("HEAD", Said.of(404, ""));
        assertThat(look()).isEqualTo(new Seen.Missing());
    }

    /** Putting tags and rules replaces all that there are. */
    @Test
    void change_shouldKeepTagsAndRulesOfOthersAndTouchNothingElse() {
        answers.put(
                "GET tagging",
                Said.of(200, "<Tagging><TagSet><Tag><Key>team</Key><Value>x</Value></Tag></TagSet></Tagging>"));
        answers.put(
                "GET lifecycle",
                Said.of(
                        200,
                        "<LifecycleConfiguration><Rule><ID>archive</ID><Status>Enabled</Status><Filter/><Expiration><Days>900"
                                + "</Days></Expiration></Rule></LifecycleConfiguration>"));

        Await.result(buckets.change(WANTED, Set.of(Attributes.EXPIRE_AFTER_DAYS)));

        assertThat(requests("PUT tagging"))
                .singleElement()
                .asString()
                .contains("<Key>team</Key>", "<Key>flotilla:cluster</Key><Value>fleet</Value>");
        assertThat(requests("PUT lifecycle"))
                .singleElement()
                .asString()
                .contains("<ID>archive</ID>", "<ID>flotilla</ID>", "<Days>22</Days>");
        assertThat(requests()).hasSize(2);
    }

    @Test
    void create_shouldNameTheRegionAndTagBeforeAllElse() {
        Await.result(buckets.create(WANTED));

        assertThat(requests())
                .extracting(request -> request.split(" ")[0] + " " + request.split(" ")[1].replaceAll("<.*", ""))
                .extracting(String::strip)
                .containsExactly("PUT", "PUT tagging", "PUT publicAccessBlock", "PUT encryption", "PUT lifecycle");
        assertThat(requests().get(0)).contains("<LocationConstraint>eu-central-1</LocationConstraint>");
        assertThat(requests("PUT encryption")).singleElement().asString().contains("AES256");
    }

    @Test
    void storeWithoutSuchThings_shouldTellNoneOfThemAndRefuseNothing() {
        for (String thing : List.of("tagging", "publicAccessBlock", "encryption", "lifecycle")) {
            answers.put("GET " + thing, Said.error(501, "NotImplemented"));
            answers.put("PUT " + thing, Said.error(501, "NotImplemented"));
        }

        Await.result(buckets.create(WANTED));

        assertThat(look())
                .isEqualTo(new Seen.Present(
                        Optional.empty(), false, new TreeMap<>(Map.of(Attributes.CONTENTS, Attributes.NONE))));
    }

    @Test
    void refusedCall_shouldBeOneLineThatNamesIt() {
        answers.put("PUT encryption", Said.error(403, "AccessDenied"));

        assertThatThrownBy(() -> Await.result(buckets.create(WANTED)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("S3 PutBucketEncryption of bucket bucket failed: access denied (AccessDenied)");
    }

    @Test
    void bucketThatFillsUpMeanwhile_shouldBeRefusedWithTheRemedy() {
        answers.put("DELETE", Said.error(409, "BucketNotEmpty"));

        assertThatThrownBy(() -> Await.result(buckets.remove(BUCKET)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("still holds something");
        answers.put("DELETE", Said.error(404, "NoSuchBucket"));
        Await.result(buckets.remove(BUCKET));
    }
}
