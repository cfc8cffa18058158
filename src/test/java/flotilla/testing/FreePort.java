package flotilla.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports on loopback for processes that must be told theirs before they start. They lie below those that the system gives to
 * outgoing connections and to whoever asks for port 0: between choosing one and binding it, seconds later, nobody else gets it.
 * Each JVM begins somewhere else, by its process id, and gives none out twice.
 */
public final class FreePort {
    private static final int LOWEST = 10_000;
    private static final int BLOCK = 100;
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** Where systems without that file begin. */
    private static final int FIRST_EPHEMERAL = 32_768;

    private static final AtomicInteger TAKEN = new AtomicInteger();

    private FreePort() {}

    /**
     * A port that nobody listens at.
     *
     * @throws IOException when there is none
     */
    public static int next() throws IOException {
        int ports = firstEphemeral() - LOWEST;
        if (ports < BLOCK) {
            return bindable(0);
        }
        int begin = (int) (ProcessHandle.current().pid() * BLOCK % ports);
        IOException last = null;
        for (int tries = 0; tries < ports; tries++) {
            try {
                return bindable(LOWEST + (begin + TAKEN.getAndIncrement()) % ports);
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IOException("no port is free from " + LOWEST + " to " + (LOWEST + ports - 1), last);
    }

    private static int bindable(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static int firstEphemeral() throws IOException {
        return Files.isReadable(EPHEMERAL)
                ? Integer.parseInt(Files.readString(EPHEMERAL).strip().split("\\s+")[0])
                : FIRST_EPHEMERAL;
    }
}
