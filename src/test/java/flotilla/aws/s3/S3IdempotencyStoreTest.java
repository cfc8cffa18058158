package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings.Layout;
import flotilla.domain.FileName;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.IdempotencyStore;
import flotilla.protocol.IdempotencyStore.Claim;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class S3IdempotencyStoreTest {
    private static final Random RANDOM = new Random(5);
    private static S3Server server;
    private static IdempotencyStore keys;

    @BeforeAll
    static void start() throws Exception {
        server = new S3Server();
        keys = new S3IdempotencyStore(server.system(), server.clients(), S3Server.storage(Layout.BY_ID));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Claim claim() {
        RequestId id = RequestId.create(Instant.EPOCH, RANDOM);
        return new Claim(id, new FileName("größe.jpg"), "0".repeat(64), new ImageRef("input", id + "/a.jpg"));
    }

    @Test
    void firstClaim_shouldStand() {
        Claim first = claim();

        assertThat(Await.result(keys.claim("k 1/ü", first))).isEqualTo(first);
        assertThat(Await.result(keys.claim("k 1/ü", claim()))).isEqualTo(first);
        assertThat(Await.result(keys.claim("k 2/ü", claim()))).isNotEqualTo(first);
    }

    @Test
    void claimThatIsSuperseded_shouldGiveWayToOneOfThoseWhoCome() {
        Claim gone = claim();
        Await.result(keys.claim("two", gone));
        List<Claim> both = List.of(claim(), claim());

        List<CompletableFuture<Claim>> standing = both.stream()
                .map(next -> keys.supersede("two", gone, next).toCompletableFuture())
                .toList();

        Claim one = Await.result(standing.get(0));
        assertThat(both).contains(one);
        assertThat(Await.result(standing.get(1))).isEqualTo(one);
        assertThat(Await.result(keys.claim("two", claim()))).isEqualTo(one);
        assertThat(Await.result(keys.supersede("two", gone, claim())))
                .as("who comes late")
                .isEqualTo(one);
        Claim third = claim();
        assertThat(Await.result(keys.supersede("two", one, third))).isEqualTo(third);
        assertThat(Await.result(keys.claim("two", claim()))).isEqualTo(third);
    }

    /** Its writer ended before it had written over the first claim. */
    @Test
    void claimThatWasSupersededByHalf_shouldBeMadeUpFor() {
        Claim gone = claim();
        Claim next = claim();
        Await.result(keys.claim("half", gone));
        Await.result(keys.supersede("half", gone, next));
        String first = server.keys("output", "pre/idempotency/").stream()
                .filter(key -> key.endsWith(".after-" + gone.id() + ".json"))
                .findFirst()
                .orElseThrow()
                .replace(".after-" + gone.id(), "");
        Await.result(server.objects().delete("output", first));
        Await.result(keys.claim("half", gone));

        assertThat(Await.result(keys.supersede("half", gone, claim()))).isEqualTo(next);
        assertThat(Await.result(keys.claim("half", claim()))).isEqualTo(next);
    }

    @Test
    void messageOfAnExpiredClaim_shouldNotCountForTheNextOne() {
        Claim expired = claim();
        Await.result(keys.claim("again", expired));
        assertThat(Await.result(keys.isSent("again", expired.id()))).isFalse();
        Await.result(keys.sent("again", expired.id()));
        assertThat(Await.result(keys.isSent("again", expired.id()))).isTrue();
        for (String key : server.keys("output", "pre/idempotency/")) {
            if (key.endsWith(".json")) {
                Await.result(server.objects().delete("output", key));
            }
        }

        Claim next = claim();
        assertThat(Await.result(keys.claim("again", next))).isEqualTo(next);
        assertThat(Await.result(keys.isSent("again", next.id()))).isFalse();
        Await.result(keys.sent("again", next.id()));

        assertThat(Await.result(keys.isSent("again", next.id()))).isTrue();
    }
}
