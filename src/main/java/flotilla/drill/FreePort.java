package flotilla.drill;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Ports on loopback for processes that must be told theirs before they start. They lie outside of those that the system gives
 * to outgoing connections and to whoever asks for port 0, if it leaves any: a drill opens thousands of connections between
 * choosing a port and binding it, and again while a killed gateway's port waits for its successor. Each JVM begins somewhere
 * else, by its process id, and gives none out twice.
 */
public final class FreePort {
    private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final Set<Integer> GIVEN = new HashSet<>();

    private FreePort() {}

    /**
     * A port that nobody listens at and that this JVM has not given out before.
     *
     * @throws IOException when there is none
     */
    public static int next() throws IOException {
        return next(Outside.of(ephemeral(), ProcessHandle.current().pid()));
    }

    /** @throws IOException when each of them is taken */
    static synchronized int next(Outside outside) throws IOException {
        IOException last = null;
        for (int i = 0; i < outside.size(); i++) {
            int port = outside.port(i);
            if (!GIVEN.contains(port)) {
                try {
                    return given(bindable(port));
                } catch (IOException e) {
                    last = e;
                }
            }
        }
        if (outside.size() == 0) {
            return anyOther();
        }
        throw new IOException("no port is free on loopback; end what listens there", last);
    }

    /** On a system that gives all of its ports to outgoing connections: one of these. */
    private static int anyOther() throws IOException {
        int port = bindable(0);
        while (GIVEN.contains(port)) {
            port = bindable(0);
        }
        return given(port);
    }

    /** In one read: these files give nothing to a second, and {@link Files#readString} begins with a byte. */
    private static String ephemeral() throws IOException {
        if (!Files.isReadable(EPHEMERAL)) {
            return Outside.USUAL;
        }
        try (BufferedReader file = Files.newBufferedReader(EPHEMERAL)) {
            return file.readLine();
        }
    }

    private static int given(int port) {
        GIVEN.add(port);
        return port;
    }

    private static int bindable(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * The ports from 10,000 that the system gives to nobody by itself, in the order in which they are tried.
     *
     * @param lowest the first of them
     * @param size how many there are, 0 when the system leaves too few
     * @param begin which of them is tried first
     */
    record Outside(int lowest, int size, int begin) {
        /** The range of Linux, for systems that do not tell theirs. */
        static final String USUAL = "32768 60999";

        private static final int LOWEST = 10_000;
        private static final int END = 65_536;
        /** Ports for each process id, and the least that must be there. */
        private static final int BLOCK = 100;

        /**
         * Those below the system's own range, or those above it where they are more.
         *
         * @param ephemeral the first and the last port that the system gives out by itself, as Linux writes them
         * @param pid of this process
         */
        static Outside of(String ephemeral, long pid) {
            String[] ends = ephemeral.strip().split("\\s+");
            int below = Integer.parseInt(ends[0]) - LOWEST;
            int after = Math.max(Integer.parseInt(ends[1]) + 1, LOWEST);
            boolean low = below >= END - after;
            int size = low ? below : END - after;
            return size < BLOCK
                    ? new Outside(0, 0, 0)
                    : new Outside(low ? LOWEST : after, size, (int) (pid * BLOCK % size));
        }

        int port(int index) {
            return lowest + (begin + index) % size;
        }
    }
}
