package flotilla.local;

import flotilla.config.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** The loopback address that the embedded cloud binds to, and nothing else. */
final class Ports {
    static final String HOST = "127.0.0.1";

    private Ports() {}

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(HOST, port);
    }

    /**
     * Looks whether a fixed port can be bound, before a server tries it and fills the log with its own words.
     *
     * @param port 0 is always free
     * @throws SettingsException that names the key
     */
    static void requireFree(int port, String key) {
        if (port == 0) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
        } catch (IOException e) {
            throw new SettingsException(
                    key + ": port " + port + " is in use on " + HOST + "; stop what listens there, or set " + key
                            + " to another port (0 takes a free one)",
                    e);
        }
    }
}
