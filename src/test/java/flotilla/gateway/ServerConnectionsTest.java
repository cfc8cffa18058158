package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.scaladsl.Tcp;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ServerConnectionsTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final ByteString SAID = ByteString.fromString("said");

    private final ServerConnections.Watches watches = new ServerConnections.Watches();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** What a connection that says again what is said to it makes of something. */
    private CompletableFuture<ByteString> heard() {
        Tcp.IncomingConnection guarded = watches.guard(new Tcp.IncomingConnection(
                new InetSocketAddress(80),
                new InetSocketAddress(50_000),
                Flow.of(ByteString.class).asScala()));
        return Source.single(SAID)
                .via(guarded.flow().asJava())
                .runWith(Sink.head(), KIT.system())
                .toCompletableFuture();
    }

    @Test
    void connectionOfAPortThatIsNotWatched_shouldPass() {
        assertThat(heard().join()).isEqualTo(SAID);
    }

    /** Nobody would watch it else. */
    @Test
    void connectionBeforeItsPortIsKnown_shouldWait() {
        CompletableFuture<Void> known = watches.expect();
        CompletableFuture<ByteString> early = heard();
        assertThat(early).isNotDone();

        known.complete(null);

        assertThat(early.join()).isEqualTo(SAID);
        assertThat(heard().join()).isEqualTo(SAID);
    }

    @Test
    void connectionWhileTwoPortsAreBound_shouldWaitForBoth() {
        CompletableFuture<Void> one = watches.expect();
        CompletableFuture<Void> other = watches.expect();
        CompletableFuture<ByteString> early = heard();

        other.complete(null);
        assertThat(early).isNotDone();

        one.complete(null);
        assertThat(early.join()).isEqualTo(SAID);
    }
}
