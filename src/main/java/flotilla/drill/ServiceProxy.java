package flotilla.drill;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands before a service on loopback and passes on every byte, unless it is told to be slow, to fail, to be silent or to be
 * gone. It can wait for a certain request and act at that very moment. Two threads for each connection; thread-safe.
 */
public final class ServiceProxy implements AutoCloseable {
    /** How the service is. */
    private enum State {
        WELL,
        SLOW,
        FAILING,
        SILENT,
        GONE
    }

    /** Tells clients by their connections. */
    interface Whose {
        /** Whether the connection from this port of a client is meant. */
        boolean is(int port) throws IOException;
    }

    /** A trap with what has stepped into it. */
    private record Sprung(Trap trap, String request) {}

    private static final Duration SLOWNESS = Duration.ofSeconds(2);
    private static final int BUFFER = 1 << 16;
    private static final Pattern REQUEST_LINE = Pattern.compile("(?m)^(GET|PUT|POST|HEAD|DELETE) \\S+ HTTP/1\\.1\r?$");
    private static final byte[] UNAVAILABLE =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1);

    private final ServerSocket server;
    private final InetSocketAddress service;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Set<Whose> cuts = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Trap> trap = new AtomicReference<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile State state = State.WELL;

    private ServiceProxy(ServerSocket server, InetSocketAddress service) {
        this.server = server;
        this.service = service;
    }

    /**
     * Listens on loopback until it is closed.
     *
     * @param port to listen on; 0 takes a free one
     * @param service where the bytes go; it need not be there yet
     */
    public static ServiceProxy before(int port, InetSocketAddress service) throws IOException {
        ServiceProxy proxy = new ServiceProxy(new ServerSocket(port, 200, InetAddress.getLoopbackAddress()), service);
        daemon(proxy::accept);
        return proxy;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** As the service itself again. */
    public void heal() {
        state = State.WELL;
    }

    /** Each request takes {@link #SLOWNESS} more. */
    public void slow() {
        state = State.SLOW;
    }

    /** Every second request is answered with 503 and its connection closed. */
    public void failing() {
        state = State.FAILING;
    }

    /**
     * Connections are taken and read, and nothing is passed on or answered, as when packets are lost without a word. What came
     * meanwhile is lost for good: such a connection stays mute afterwards too, until its client gives it up.
     */
    public void silent() {
        state = State.SILENT;
    }

    /** Connections are closed, those that are open too. */
    public void gone() {
        state = State.GONE;
        open.forEach(Connection::shut);
    }

    /**
     * Connections of some clients are closed, those that are open too, until that is {@link #mend}ed.
     *
     * @throws IOException when it cannot be told whose they are; what could be told is closed
     */
    void cut(Whose whose) throws IOException {
        cuts.add(whose);
        for (Connection connection : open) {
            if (whose.is(connection.client.getPort())) {
                connection.shut();
            }
        }
    }

    /** Those clients are served again. */
    void mend(Whose whose) {
        cuts.remove(whose);
    }

    /** As the service itself again, for everybody. */
    void restore() {
        cuts.clear();
        heal();
    }

    /** Sets a trap for one request, instead of the one before. */
    void set(Trap next) {
        trap.set(next);
    }

    /** @return whether nobody had stepped into it */
    boolean disarm(Trap set) {
        return trap.compareAndSet(set, null);
    }

    private void accept() {
        while (!server.isClosed()) {
            Socket client = null;
            try {
                client = server.accept();
                if (refuses(client)) {
                    ServiceProxy.shut(client);
                    continue;
                }
                Socket target = new Socket();
                target.connect(service);
                new Connection(client, target).start();
            } catch (IOException e) {
                // The proxy was closed, or the service is not there: its client sees the connection end.
                if (client != null) {
                    ServiceProxy.shut(client);
                }
            }
        }
    }

    private boolean refuses(Socket client) throws IOException {
        if (state == State.GONE) {
            return true;
        }
        for (Whose whose : cuts) {
            if (whose.is(client.getPort())) {
                return true;
            }
        }
        return false;
    }

    private final class Connection {
        private final Socket client;
        private final Socket target;
        private final AtomicReference<Sprung> onAnswer = new AtomicReference<>();
        /** Whether bytes of it were lost, so that those that follow mean nothing. */
        private volatile boolean mute;

        Connection(Socket client, Socket target) throws IOException {
            this.client = client;
            this.target = target;
            client.setTcpNoDelay(true);
            target.setTcpNoDelay(true);
        }

        void start() throws IOException {
            open.add(this);
            daemon(() -> pass(client, target, true));
            daemon(() -> pass(target, client, false));
            if (refuses(client)) {
                // Since it was accepted.
                shut();
            }
        }

        private void pass(Socket from, Socket to, boolean asks) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    if (isMute()) {
                        continue;
                    }
                    if (asks ? isKept(buffer, length) : isCaught(onAnswer.getAndSet(null))) {
                        break;
                    }
                    out.write(buffer, 0, length);
                }
            } catch (IOException e) {
                // One side closed: the other is closed too, and its owner sees that.
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                shut();
                open.remove(this);
            }
        }

        private boolean isMute() {
            if (state == State.SILENT) {
                mute = true;
            }
            return mute;
        }

        private void shut() {
            ServiceProxy.shut(client);
            ServiceProxy.shut(target);
        }

        /** Whether these bytes of the client are not to be passed on, nor any that follow. */
        private boolean isKept(byte[] buffer, int length) throws IOException, InterruptedException {
            String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
            Optional<Sprung> stepped = stepsInto(text);
            if (stepped.isPresent()) {
                Trap.Moment moment = stepped.get().trap().moment();
                if (moment == Trap.Moment.HEARD) {
                    onAnswer.set(stepped.get());
                } else if (isCaught(stepped.get()) && moment == Trap.Moment.UNHEARD) {
                    return true;
                }
            }
            if (!REQUEST_LINE.matcher(text).find()) {
                return false;
            }
            if (state == State.SLOW) {
                Thread.sleep(SLOWNESS.toMillis());
            }
            if (state == State.FAILING && requests.incrementAndGet() % 2 == 0) {
                refuse();
                return true;
            }
            return false;
        }

        /** Waits until the client has the answer: a connection that is closed with bytes unread takes it along. */
        private void refuse() throws IOException {
            client.getOutputStream().write(UNAVAILABLE);
            client.shutdownOutput();
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        }

        private Optional<Sprung> stepsInto(String text) {
            Trap set = trap.get();
            if (set == null) {
                return Optional.empty();
            }
            Matcher found = set.request().matcher(text);
            return found.find() && trap.compareAndSet(set, null)
                    ? Optional.of(new Sprung(set, found.group()))
                    : Optional.empty();
        }

        /** Lets a trap act. @return whether there was one */
        private boolean isCaught(Sprung stepped) {
            if (stepped == null) {
                return false;
            }
            stepped.trap().then().accept(new Trap.Caught(client.getPort(), stepped.request()));
            return true;
        }
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
            return;
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "service-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Connection::shut);
    }
}
