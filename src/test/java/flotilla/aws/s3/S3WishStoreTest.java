package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.config.StorageSettings.Layout;
import flotilla.push.Wish;
import flotilla.push.WishFormat;
import flotilla.push.WishStore;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class S3WishStoreTest extends S3Fixture {
    private static WishStore store;

    @BeforeAll
    static void start() {
        store = new S3WishStore(server.system(), server.clients(), S3Server.storage(Layout.BY_ID));
    }

    private static Wish wish(String id, int failures) {
        return WishFormat.read("{\"v\":1,\"about\":\"classification\",\"id\":\"" + id
                        + "\",\"target\":\"https://h/\",\"since\":\"2026-11-24T10:00:00Z\""
                        + (failures == 0
                                ? ""
                                : ",\"failures\":{\"count\":" + failures
                                        + ",\"first\":\"2026-11-24T10:00:01Z\",\"next\":\"2026-11-24T10:00:09Z\",\"last\":\"x\"}")
                        + "}")
                .orElseThrow();
    }

    @Test
    void wish_shouldBeKeptUntilItIsOver() {
        Wish one = wish("01a205f0-4de1-7ee5-8467-340da8ad4ddf", 0);
        Wish two = wish("01a205f0-4de2-7ee5-8467-340da8ad4ddf", 0);
        Await.result(store.add(two));
        Await.result(store.add(one));
        Await.result(store.update(wish(one.id(), 3)));
        Await.result(store.add(one));

        assertThat(Await.result(store.names(10))).containsExactly(one.name(), two.name());
        assertThat(Await.result(store.names(1))).containsExactly(one.name());
        assertThat(Await.result(store.find(one.name()))).contains(wish(one.id(), 3));
        assertThat(server.keys("output", "pre/callbacks/"))
                .containsExactly(
                        "pre/callbacks/open/" + one.name() + ".json", "pre/callbacks/open/" + two.name() + ".json");

        assertThat(Await.result(store.open(one.id()))).containsExactly(wish(one.id(), 3));

        Await.result(store.remove(one));
        Await.result(store.remove(one));
        Await.result(store.giveUp(two, "in vain"));
        assertThat(Await.result(store.open(two.id()))).isEqualTo(List.of());
        assertThat(Await.result(store.givenUp(two.id()))).containsExactly(new WishStore.GivenUp(two, "in vain"));

        assertThat(Await.result(store.names(10))).isEqualTo(List.of());
        assertThat(Await.result(store.find(one.name()))).isEmpty();
        assertThat(server.keys("output", "pre/callbacks/"))
                .containsExactly("pre/callbacks/given-up/" + two.name() + ".json");
    }

    @Test
    void wishThatWasToldOfAProvisionalFailure_shouldBeKeptApartUntilItIsOver() {
        String id = "01a205f0-4de3-7ee5-8467-340da8ad4ddf";
        Wish told = WishFormat.read("{\"v\":1,\"about\":\"classification\",\"id\":\"" + id
                        + "\",\"target\":\"https://h/\",\"since\":\"2026-11-24T10:00:00Z\",\"told\":1}")
                .orElseThrow();
        Await.result(store.add(wish(id, 0)));
        Await.result(store.setAside(told));

        assertThat(Await.result(store.find(told.name()))).isEmpty();
        assertThat(Await.result(store.findAside(told.name()))).contains(told);
        assertThat(Await.result(store.namesAside(10))).containsExactly(told.name());
        assertThat(Await.result(store.open(id))).isEmpty();
        assertThat(told.delivery()).isEqualTo(told.name() + ".2");

        Await.result(store.update(told));
        Await.result(store.remove(told));
        assertThat(server.keys("output", "pre/callbacks/open/" + id)).isEmpty();
        assertThat(Await.result(store.namesAside(10))).isEqualTo(List.of());
    }
}
