package flotilla.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortTest {
    @Test
    void ports_shouldDifferAndBeFree() throws Exception {
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            int port = FreePort.next();
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(socket.getLocalPort()).isEqualTo(port);
            }
            ports.add(port);
        }
        assertThat(ports).hasSize(20);
    }

    @Test
    void portThatSomebodyListensAt_shouldBePassedOver() throws Exception {
        try (ServerSocket taken = listeningAtTheNext()) {
            assertThat(FreePort.next()).isNotEqualTo(taken.getLocalPort());
        }
    }

    /** At the port after the last one that was given out; somebody else may listen there already. */
    private static ServerSocket listeningAtTheNext() throws IOException {
        while (true) {
            int port = FreePort.next() + 1;
            try {
                return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
            } catch (BindException taken) {
                // Then the one after the next.
            }
        }
    }
}
