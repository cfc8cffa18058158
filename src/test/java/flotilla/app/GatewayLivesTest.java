package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.aws.Await;
import flotilla.config.SettingsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GatewayLivesTest {
    private static final Duration SHORT = Duration.ofMillis(1);

    private static final class Gateway implements AutoCloseable {
        final CompletableFuture<Void> over = new CompletableFuture<>();
        volatile boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }

    private final List<Gateway> all = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Gateway> serving = new LinkedBlockingQueue<>();
    private final AtomicInteger starts = new AtomicInteger();
    private final List<Integer> failing = new ArrayList<>();
    private volatile boolean storeIsAway;

    private final GatewayLives<Gateway> lives =
            new GatewayLives<>(this::start, gateway -> gateway.over, serving::add, SHORT, SHORT);

    private Gateway start() {
        if (failing.contains(starts.incrementAndGet()) || storeIsAway) {
            throw new SettingsException("the bucket is away");
        }
        Gateway gateway = new Gateway();
        all.add(gateway);
        return gateway;
    }

    private CompletableFuture<Void> live() {
        return CompletableFuture.runAsync(lives::live);
    }

    private Gateway next() throws InterruptedException {
        Gateway gateway = serving.poll(60, TimeUnit.SECONDS);
        assertThat(gateway).as("a gateway serves").isNotNull();
        return gateway;
    }

    @Test
    void firstStartThatFails_shouldEndIt() {
        failing.add(1);

        assertThatThrownBy(lives::live).isInstanceOf(SettingsException.class).hasMessage("the bucket is away");
        assertThat(starts).hasValue(1);
    }

    @Test
    void askedToEnd_shouldCloseTheGatewayAndEnd() throws InterruptedException {
        CompletableFuture<Void> life = live();
        Gateway only = next();

        lives.ask();

        Await.result(life);
        assertThat(only.closed).isTrue();
        assertThat(starts).hasValue(1);
    }

    @Test
    void droppedGateway_shouldBeClosedAndStartedAnewHoweverOftenThatFails() throws InterruptedException {
        failing.addAll(List.of(2, 3, 4));
        CompletableFuture<Void> life = live();
        Gateway first = next();

        first.over.complete(null);

        Gateway second = next();
        assertThat(first.closed).isTrue();
        assertThat(second.closed).isFalse();
        assertThat(starts).hasValue(5);
        lives.ask();
        Await.result(life);
        assertThat(all).allMatch(gateway -> gateway.closed);
    }

    @Test
    void askedToEndWhileItCannotStartAnew_shouldEnd() throws InterruptedException {
        CompletableFuture<Void> life = live();
        Gateway first = next();
        storeIsAway = true;
        first.over.complete(null);
        Eventually.until("it has tried for some time", () -> starts.get() > 3);

        lives.ask();

        Await.result(life);
        assertThat(all).hasSize(1);
    }
}
