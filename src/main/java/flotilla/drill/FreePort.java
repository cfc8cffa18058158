package flotilla.drill;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports on loopback for gateways that must be told theirs before they start. They lie below those that the system gives to
 * outgoing connections: a drill opens thousands of these, also while a killed gateway's port waits for its successor.
 */
final class FreePort {
    private static final int LOWEST = 10_000;
    private static final int TRIES = 1_000;
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** Where systems without that file begin. */
    private static final int FIRST_EPHEMERAL = 32_768;

    private FreePort() {}

    /**
     * A port that nobody listens at.
     *
     * @throws IOException when none was found
     */
    static int next() throws IOException {
        int end = firstEphemeral();
        IOException last = null;
        for (int tries = 0; tries < TRIES; tries++) {
            int port = end > LOWEST ? ThreadLocalRandom.current().nextInt(LOWEST, end) : 0;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IOException("no free port on loopback; end what listens there", last);
    }

    private static int firstEphemeral() throws IOException {
        return Files.isReadable(EPHEMERAL)
                ? Integer.parseInt(Files.readString(EPHEMERAL).strip().split("\\s+")[0])
                : FIRST_EPHEMERAL;
    }
}
