package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreePortTest {
    /** The last two leave none, or too few, to those who ask for one by its number. */
    @ParameterizedTest
    @ValueSource(strings = {"32768\t60999\n", "12000 65535", "1024 48000", "1024 65535", "10050 65535"})
    void ports_shouldDifferAndBeFree(String ephemeral) throws Exception {
        Set<Integer> ports = new HashSet<>();
        // Where this JVM begins and others do not: they may take ports meanwhile.
        FreePort.Outside outside =
                FreePort.Outside.of(ephemeral, ProcessHandle.current().pid());
        for (int i = 0; i < 50; i++) {
            int port = FreePort.next(outside);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(socket.getLocalPort()).isEqualTo(port);
            }
            ports.add(port);
        }
        assertThat(ports).hasSize(50);
    }

    @ParameterizedTest
    @CsvSource({
        "32768 60999, 10000, 32767",
        "16000 65535, 10000, 15999",
        "1024 48000, 48001, 65535",
        "1024 9000, 10000, 65535"
    })
    void portsThatAreTried_shouldBeThoseThatTheSystemGivesToNobody(String ephemeral, int first, int last) {
        FreePort.Outside outside = FreePort.Outside.of(ephemeral, 4_711);

        assertThat(IntStream.range(0, outside.size())
                        .map(outside::port)
                        .sorted()
                        .toArray())
                .isEqualTo(IntStream.rangeClosed(first, last).toArray());
    }

    @Test
    void thePortsOfThisSystem_shouldLieOutsideOfItsOwnRange() throws Exception {
        Path file = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
        assumeTrue(Files.isReadable(file), "this system does not tell which ports it gives out by itself");
        int[] own = Arrays.stream(Files.readAllLines(file).get(0).split("\\s+"))
                .mapToInt(Integer::parseInt)
                .toArray();
        assumeTrue(own[0] >= 10_100 || own[1] <= 65_400, "this system gives out each port by itself");

        assertThat(FreePort.next())
                .matches(port -> port < own[0] || port > own[1], "outside of " + Arrays.toString(own));
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
