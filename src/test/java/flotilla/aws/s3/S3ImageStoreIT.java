package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.config.StorageSettings.Layout;
import flotilla.domain.BatchId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.Batch;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.GatewayRegistry;
import flotilla.protocol.IdempotencyStore;
import flotilla.protocol.ImageStore;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.QuarantineStore;
import flotilla.push.WishFormat;
import flotilla.supervisor.LeaseEpoch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3ImageStoreIT extends S3Fixture {
    private static final int MIB = 1024 * 1024;

    @TempDir
    private Path folder;

    private static ImageStore images;

    @BeforeAll
    static void start() {
        images = server.images(Layout.BY_ID);
    }

    private static ByteString bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return ByteString.fromArrayUnsafe(bytes);
    }

    /** Pieces as they come from a socket. */
    private static Source<ByteString, ?> pieces(ByteString bytes, int size) {
        List<ByteString> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.size(); from += size) {
            pieces.add(bytes.slice(from, Math.min(bytes.size(), from + size)));
        }
        return Source.from(pieces);
    }

    private static ImageRef put(String key, Source<ByteString, ?> bytes) {
        return Await.result(images.put(key, "image/jpeg", bytes));
    }

    private static void shouldHold(ImageRef ref, ByteString bytes) {
        assertThat(Await.result(images.get(ref)).orElseThrow().equals(bytes)).isTrue();
    }

    static Stream<Integer> lengths() {
        return Stream.of(0, 1, 100_000, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB, 17 * MIB + 3);
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void imageOfAnyLength_shouldComeBackAsItWas(int length) {
        ByteString bytes = bytes(length);

        ImageRef ref = put("length/" + length, pieces(bytes, 60_000));

        assertThat(ref).isEqualTo(new ImageRef("input", "pre/length/" + length));
        shouldHold(ref, bytes);
        assertThat(server.uploads("input")).isEmpty();
    }

    @Test
    void longImageInOnePiece_shouldBeStoredWhole() {
        ByteString bytes = bytes(21 * MIB);

        shouldHold(put("one-piece", Source.single(bytes)), bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 6, 11, 16})
    void failingBytes_shouldLeaveNothingAndGiveTheirOwnFailure(int mib) {
        IllegalStateException disconnected = new IllegalStateException("client went away");
        String key = "failing/" + mib;

        Throwable failure = Await.failure(
                images.put(key, "image/jpeg", pieces(bytes(mib * MIB), 100_000).concat(Source.failed(disconnected))));

        assertThat(failure).isSameAs(disconnected);
        assertThat(server.keys("input", "pre/" + key)).isEmpty();
        assertThat(server.uploads("input")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain.jpg",
                "with space.jpg",
                "a+b.jpg",
                "100%.jpg",
                "%41%2F.jpg",
                "#1?x=y&z.jpg",
                "größe 画像 🚢.jpg",
                "quote'\"<>`|^{}[]~!@$*(),;:=.jpg",
                "...",
                " .jpg",
                "-.~_"
            })
    void oddName_shouldRoundTripAndBeListedAsTheReferenceSays(String name) {
        ByteString bytes = bytes(10);

        ImageRef ref = put("odd/" + name, Source.single(bytes));

        shouldHold(ref, bytes);
        assertThat(server.keys("input", "pre/odd/")).containsExactly(ref.key());
        Await.result(images.delete(ref));
        assertThat(server.keys("input", "pre/odd/")).isEmpty();
    }

    @Test
    void oddNameOfALongImage_shouldRoundTripToo() {
        ByteString bytes = bytes(6 * MIB);

        shouldHold(put("long/ü + %41 #?.jpg", pieces(bytes, 60_000)), bytes);
    }

    @Test
    void missingImage_shouldBeEmptyAndDeletable() {
        ImageRef missing = new ImageRef("input", "pre/nothing");

        assertThat(Await.result(images.get(missing))).isEmpty();
        Await.result(images.delete(missing));
    }

    @Test
    void exists_shouldLookAtTheBeginningOfKeys() {
        put("exists-1/a (1).jpg", Source.single(bytes(1)));

        assertThat(Await.result(images.exists("exists-1/"))).isTrue();
        assertThat(Await.result(images.exists("exists-2/"))).isFalse();
    }

    @Test
    void layoutByName_shouldAlsoKeepACopyOfTheLastOne() {
        ImageStore byName = server.images(Layout.BY_NAME);
        for (int length : new int[] {10, 7 * MIB, 20}) {
            Await.result(byName.put("id-" + length + "/ä b+c (1).jpg", "image/jpeg", pieces(bytes(length), 60_000)));
        }

        shouldHold(new ImageRef("input", "pre/ä b+c %281%29.jpg"), bytes(20));
        shouldHold(new ImageRef("input", "pre/id-10/ä b+c %281%29.jpg"), bytes(10));
    }

    @Test
    void objectsOfOtherRequests_shouldNotBeReadByPointer() {
        String id = "01a205f0-4de1-7ee5-8467-340da8ad4ddf";
        ImageRef foreign = put(id + "/a.png", Source.single(bytes(1)));
        ImageRef own = put("photos/b.png", Source.single(bytes(2)));
        server.put("output", "pre/" + id + ".json", new byte[1]);
        server.put("other", "elsewhere/c.png", new byte[3]);

        assertThat(Await.failure(images.open(foreign)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name an object of your own");
        assertThat(Await.result(images.open(own))).isPresent();
        assertThat(Await.result(images.list("input", "pre/" + id, 10))).isEmpty();
        assertThat(Await.result(images.list("input", "pre/photos/", 10))).containsExactly(own);
    }

    @Test
    void objectsThatNobodyAllowed_shouldNotBeReadByPointer() {
        put("photos/a.png", Source.single(bytes(1)));
        server.put("other", "team-a/b.png", new byte[2]);
        server.put("other", "team-b/c.png", new byte[3]);
        server.put("output", "pre/team-a/d.png", new byte[4]);
        ImageStore store = server.images(
                server.clients(),
                new StorageSettings(
                        "input",
                        "output",
                        "pre/",
                        Layout.BY_ID,
                        Duration.ZERO,
                        Duration.ZERO,
                        List.of("other/team-a/")));

        assertThat(Await.result(store.open(new ImageRef("other", "team-a/b.png"))))
                .isPresent();
        assertThat(Await.result(store.list("other", "team-a/", 10)))
                .extracting(ImageRef::key)
                .containsExactly("team-a/b.png");
        for (ImageRef refused : List.of(
                new ImageRef("other", "team-b/c.png"),
                new ImageRef("other", "team-a/../team-b/c.png"),
                new ImageRef("other", "team"),
                new ImageRef("output", "pre/team-a/d.png"),
                new ImageRef("input", "outside/the/prefix.png"),
                new ImageRef("nowhere", "a.png"))) {
            assertThat(Await.failure(store.open(refused)))
                    .as(refused.toString())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("flotilla.storage.source-buckets");
            assertThat(Await.failure(store.list(refused.bucket(), refused.key(), 10)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void pointersOfMessages_shouldBeBelievedForTheirOwnImageOnly() {
        RequestId id = new RequestId("01a205f0-4de1-7ee5-8467-340da8ad4ddf");

        assertThat(images.isImageOf(id, put(id + "/a (1).png", Source.single(bytes(1)))))
                .isTrue();
        assertThat(images.isImageOf(id, new ImageRef("other", "pre/" + id + "/a.png")))
                .isFalse();
        assertThat(images.isImageOf(id, new ImageRef("input", id + "/a.png"))).isFalse();
        assertThat(images.isImageOf(id, new ImageRef("input", "pre/" + id + "/../b.png")))
                .isFalse();
        assertThat(images.isImageOf(id, new ImageRef("input", "pre/photos/a.png")))
                .isFalse();
    }

    @Test
    void failingCopy_shouldSayWhat() {
        assertThat(Await.failure(server.objects().copy("input", "pre/nothing", "pre/copy")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("S3 CopyObject of pre/copy in bucket input failed");
    }

    @Test
    void missingBucket_shouldFailWithARemedy() {
        ImageStore nowhere =
                server.images(server.clients(), new StorageSettings("nowhere", "output", "", Layout.BY_ID));

        assertThat(Await.failure(nowhere.put("k", "image/png", Source.single(bytes(1)))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("bucket nowhere does not exist; create it");
        assertThat(Await.failure(nowhere.put("k", "image/png", pieces(bytes(11 * MIB), 100_000))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("bucket nowhere does not exist; create it");
    }

    @Test
    void wrongCredentials_shouldFailInOneLine() {
        try (AwsClients strangers = AwsClients.open(server.settings("wrong"), 0)) {
            ImageStore store = server.images(strangers, S3Server.storage(Layout.BY_ID));

            assertThat(Await.failure(store.put("k", "image/png", Source.single(bytes(1)))))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("access denied (SignatureDoesNotMatch); check the credentials")
                    .hasMessageNotContaining("\n");
            assertThat(Await.failure(store.get(new ImageRef("input", "k"))))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("S3 GetObject of k in bucket input failed: access denied");
        }
    }

    /** Every store's objects and those of requests, in a bucket that clients may name objects of. */
    @Test
    void oneBucketForAll_shouldShowClientsNothingOfOthers() {
        StorageSettings shared = new StorageSettings("other", "other", "one/", Layout.BY_NAME);
        RequestId id = new RequestId("01a205f0-4de1-7ee5-8467-340da8ad4ddf");
        S3ImageStore store = server.images(server.clients(), shared);
        ImageRef image = Await.result(store.put(id + "/" + id + ".json", "image/png", Source.single(bytes(1))));
        ImageRef folder = Await.result(store.put(id + "/registry", "image/png", Source.single(bytes(1))));
        everyStoreWrites(shared, id, image);
        ImageRef own = new ImageRef("other", "one/photos/a.png");
        server.put("other", own.key(), new byte[1]);

        List<String> all = server.keys("other", "one/");

        assertThat(all)
                .extracting(key -> key.substring("one/".length()).split("/")[0])
                .contains(
                        "attempts",
                        "batches",
                        "callbacks",
                        "decisions",
                        "idempotency",
                        "quarantine",
                        "registry",
                        "supervisor",
                        "unreadable",
                        id + ".json",
                        id + ".2.json")
                .hasSize(14);
        assertThat(Await.result(store.list("other", "one/", 100))).containsExactly(own);
        for (String key : all) {
            if (!key.equals(own.key())) {
                assertThat(Await.failure(store.open(new ImageRef("other", key))))
                        .as(key)
                        .hasMessageContaining("name an object of your own");
            }
        }
        assertThat(Await.result(store.open(own))).isPresent();
        assertThat(folder.key()).isEqualTo("one/" + id + "/registry");
    }

    private static void everyStoreWrites(StorageSettings shared, RequestId id, ImageRef image) {
        Instant now = Instant.EPOCH;
        S3ResultStore results = new S3ResultStore(server.system(), server.clients(), shared);
        for (Outcome outcome : List.of(
                new Outcome.Failed(FailureCode.QUARANTINED, "two workers died"),
                new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1))))) {
            Await.result(results.putIfAbsent(new ClassificationResult(
                    id, new FileName("decisions.png"), outcome, Optional.empty(), Optional.empty(), Map.of())));
        }
        Await.result(results.keepUnreadable("m-1", "no JSON"));
        Await.result(new S3AttemptStore(server.system(), server.clients(), shared).died(id, "i-1-17", false));
        Await.result(new S3BatchStore(server.system(), server.clients(), shared)
                .put(new Batch(
                        new BatchId(id.value()),
                        now,
                        List.of(Batch.Item.taken("a.png", id, image, Optional.empty())))));
        Await.result(new S3WishStore(server.system(), server.clients(), shared)
                .add(WishFormat.read("{\"v\":1,\"about\":\"classification\",\"id\":\"" + id
                                + "\",\"target\":\"https://hooks.example.org/\",\"since\":\"2026-11-24T10:00:00Z\"}")
                        .orElseThrow()));
        Await.result(new S3IdempotencyStore(server.system(), server.clients(), shared)
                .claim("k", new IdempotencyStore.Claim(id, new FileName("a.png"), "0".repeat(64), image)));
        Await.result(new S3QuarantineStore(server.system(), server.clients(), shared)
                .keep(new QuarantineStore.Quarantined(
                        new ClassificationRequest(
                                id, image, new FileName("a.png"), new GatewayId("g"), now, Optional.empty()),
                        FailureCode.QUARANTINED,
                        "it was inside",
                        now)));
        Await.result(new S3GatewayRegistry(server.system(), server.clients(), shared, "flotilla")
                .meet(new GatewayRegistry.Entry("127.0.0.1:1", GatewayRegistry.Phase.values()[0], "", 0)));
        Await.result(new S3LeaseStore(server.system(), server.clients(), shared, "flotilla")
                .create(new LeaseEpoch(1, "g", Duration.ofSeconds(1), false, now)));
        // A decision takes some thirty figures; its key is what matters here.
        server.put("other", "one/" + OwnNames.DECISIONS + "2026-11-22/12/1.jsonl", new byte[1]);
    }

    @Test
    void longestNames_shouldBeStoredOnDiskToo() throws Exception {
        try (S3Server disk = S3Server.onDisk(folder)) {
            for (Layout layout : Layout.values()) {
                for (String name : List.of("画".repeat(251) + ".jpg", "(".repeat(251) + ".jpg", "a".repeat(255))) {
                    ImageRef ref =
                            Await.result(disk.images(layout).put("id/" + name, "image/jpeg", Source.single(bytes(3))));

                    assertThat(Await.result(disk.images(layout).get(ref)))
                            .as(name)
                            .isPresent();
                }
            }
        }
    }
}
