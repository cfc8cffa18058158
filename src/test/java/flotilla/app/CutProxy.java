package flotilla.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;

/**
 * A TCP proxy on loopback that stands before one node and can be cut, for everybody or for some processes: connections are
 * closed then, and new ones are closed as soon as they are made.
 */
final class CutProxy implements AutoCloseable {
    private record Pair(Socket near, Socket far, long process) {
        void close() {
            closeQuietly(near);
            closeQuietly(far);
        }
    }

    private final ServerSocket server;
    private final int target;
    private final Set<Pair> open = ConcurrentHashMap.newKeySet();
    private volatile LongPredicate cut = process -> false;

    private CutProxy(ServerSocket server, int target) {
        this.server = server;
        this.target = target;
    }

    /** Stands before a port of this machine. */
    static CutProxy before(int target) throws IOException {
        CutProxy proxy = new CutProxy(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), target);
        daemon(proxy::accept);
        return proxy;
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on, for the processes that are named. */
    void cut(LongPredicate processes) {
        cut = processes;
        open.removeIf(pair -> {
            boolean goes = processes.test(pair.process());
            if (goes) {
                pair.close();
            }
            return goes;
        });
    }

    void heal() {
        cut = process -> false;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                daemon(() -> connect(near));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void connect(Socket near) {
        long process = SocketOwner.of(near.getPort(), near.getLocalPort());
        if (cut.test(process)) {
            closeQuietly(near);
            return;
        }
        try {
            Pair pair = new Pair(near, new Socket(InetAddress.getLoopbackAddress(), target), process);
            open.add(pair);
            if (cut.test(process)) {
                pair.close();
            }
            daemon(() -> pump(pair, pair.near(), pair.far()));
            daemon(() -> pump(pair, pair.far(), pair.near()));
        } catch (IOException e) {
            closeQuietly(near);
        }
    }

    private void pump(Pair pair, Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // The other side has gone, which closes both.
        } finally {
            pair.close();
            open.remove(pair);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "cut-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Pair::close);
    }
}
