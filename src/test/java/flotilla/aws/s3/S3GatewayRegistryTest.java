package flotilla.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings;
import flotilla.protocol.GatewayRegistry;
import flotilla.protocol.GatewayRegistry.Entry;
import flotilla.protocol.GatewayRegistry.Found;
import flotilla.protocol.GatewayRegistry.Phase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class S3GatewayRegistryTest extends S3Fixture {
    private static GatewayRegistry registry(String cluster) {
        return new S3GatewayRegistry(
                server.system(), server.clients(), S3Server.storage(StorageSettings.Layout.BY_ID), cluster);
    }

    @Test
    void gateways_shouldSeeEachOtherAndNotThemselves() {
        GatewayRegistry registry = registry("three");
        Entry one = new Entry("10.0.0.1:2551", Phase.FOUNDING, "", 0);
        Entry two = new Entry("10.0.0.2:2551", Phase.LOOKING, "", 0);
        Entry three = new Entry("10.0.0.2:2552", Phase.MEMBER, "10.0.0.1:2551", 2);

        assertThat(Await.result(registry.meet(one))).isEmpty();
        Await.result(registry.meet(three));
        List<Found> others = Await.result(registry.meet(two));

        assertThat(others).extracting(Found::entry).containsExactly(one, three);
        assertThat(others).allMatch(found -> found.age().abs().compareTo(Duration.ofSeconds(60)) < 0);
    }

    @Test
    void entryWrittenAnew_shouldReplaceTheOldOne() {
        GatewayRegistry registry = registry("anew");
        Await.result(registry.meet(new Entry("10.0.0.1:2551", Phase.FOUNDING, "", 0)));
        Await.result(registry.meet(new Entry("10.0.0.1:2551", Phase.MEMBER, "10.0.0.1:2551", 1)));

        assertThat(Await.result(registry.meet(new Entry("10.0.0.2:2551", Phase.FOUNDING, "", 0))))
                .extracting(Found::entry)
                .containsExactly(new Entry("10.0.0.1:2551", Phase.MEMBER, "10.0.0.1:2551", 1));
    }

    @Test
    void gatewayWithAnIpv6Address_shouldBeSeen() {
        Entry six = new Entry("[fd00::5]:2551", Phase.MEMBER, "[fd00::5]:2551", 1);
        Await.result(registry("six").meet(six));

        assertThat(Await.result(registry("six").meet(new Entry("10.0.0.1:2551", Phase.FOUNDING, "", 0))))
                .extracting(Found::entry)
                .containsExactly(six);
    }

    @Test
    void entryWithAPortThatThereIsNot_shouldBePassedOver() {
        Await.result(registry("port").meet(new Entry("10.0.0.2:70000", Phase.MEMBER, "10.0.0.2:70000", 9)));

        assertThat(Await.result(registry("port").meet(new Entry("10.0.0.1:2551", Phase.FOUNDING, "", 0))))
                .isEmpty();
    }

    @Test
    void objectThatIsNoEntry_shouldBePassedOver() {
        server.put("output", "pre/registry/garbled/gateways/x.json", "{}".getBytes(UTF_8));
        server.put("output", "pre/registry/garbled/gateways/y.json", "not JSON".getBytes(UTF_8));

        assertThat(Await.result(registry("garbled").meet(new Entry("10.0.0.1:2551", Phase.FOUNDING, "", 0))))
                .isEmpty();
    }
}
