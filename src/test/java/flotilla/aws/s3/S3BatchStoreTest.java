package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings.Layout;
import flotilla.domain.BatchId;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.Journey;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.protocol.Batch;
import flotilla.protocol.BatchStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Batches on a real S3 interface. */
class S3BatchStoreTest extends S3Fixture {
    private static final Instant AT = Instant.parse("2026-11-29T06:00:00.123Z");
    private static final RequestId IMAGE = RequestId.create(AT, new Random(5));
    private static final ImageRef REF = new ImageRef("input", IMAGE + "/a.png");

    private static BatchStore store() {
        return new S3BatchStore(server.system(), server.clients(), S3Server.storage(Layout.BY_ID));
    }

    private static BatchId freshId(int seed) {
        return new BatchId(RequestId.create(AT, new Random(seed)).value());
    }

    @Test
    void batch_shouldComeBackWithTheWayOfItsImages() {
        Journey journey = new Journey(
                new GatewayId("gateway-1"),
                AT,
                TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                Optional.empty());
        Batch batch = new Batch(
                freshId(6),
                AT,
                List.of(
                        Batch.Item.taken("a.png", IMAGE, REF, Optional.of(journey)),
                        Batch.Item.taken("b.png", IMAGE, REF, Optional.empty()),
                        Batch.Item.refused("c.txt", "unsupported-type", "no image")));

        Await.result(store().put(batch));

        assertThat(Await.result(store().find(batch.id()))).contains(batch);
        assertThat(Await.result(store().find(freshId(7)))).isEmpty();
    }

    @Test
    void batchOfAnOlderGateway_shouldHaveImagesOfUnknownWays() {
        BatchId id = freshId(8);
        String old =
                "{\"v\":1,\"id\":\"" + id + "\",\"createdAt\":\"" + AT + "\",\"items\":[{\"file\":\"a.png\",\"id\":\""
                        + IMAGE + "\",\"bucket\":\"" + REF.bucket() + "\",\"key\":\"" + REF.key() + "\"}]}";
        server.put("output", "pre/batches/" + id + ".json", old.getBytes(StandardCharsets.UTF_8));

        assertThat(Await.result(store().find(id)))
                .contains(new Batch(id, AT, List.of(Batch.Item.taken("a.png", IMAGE, REF, Optional.empty()))));
    }
}
