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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands before a service on loopback and passes on every byte, unless it is told to be slow, to fail, to be silent or to be
 * gone. Each such {@link Trouble} ends by itself, whatever others there are meanwhile. It can wait for certain requests and act at
 * that very moment. Two threads for each connection; thread-safe.
 */
public final class ServiceProxy implements AutoCloseable {
    /** What is wrong with the service. */
    private enum State {
        SLOW,
        FAILING,
        SILENT,
        GONE
    }

    /** Something that has begun; of several at the same time each is there until it is ended itself. */
    public interface Trouble {
        /** Ends this one and no other; a second time means nothing. */
        void end();
    }

    /** Tells clients by their connections. */
    interface Whose {
        /** Whether the connection from this port of a client is meant. */
        boolean is(int port) throws IOException;
    }

    /** A trouble of the service. An object of its own for each time: two of the same kind are two. */
    private final class Ongoing implements Trouble {
        private final State state;

        Ongoing(State state) {
            this.state = state;
        }

        @Override
        public void end() {
            troubles.remove(this);
        }
    }

    /** A trouble for some clients. */
    private final class Cut implements Trouble {
        private final Whose whose;

        Cut(Whose whose) {
            this.whose = whose;
        }

        @Override
        public void end() {
            cuts.remove(this);
        }
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
    private final Set<Ongoing> troubles = ConcurrentHashMap.newKeySet();
    private final Set<Cut> cuts = ConcurrentHashMap.newKeySet();
    private final List<Trap> traps = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();

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

    /** As the service itself again, but for clients that are cut off: all its troubles end. */
    public void heal() {
        troubles.clear();
    }

    /** Each request takes {@link #SLOWNESS} more. */
    public Trouble slow() {
        return begin(State.SLOW);
    }

    /** Every second request is answered with 503 and its connection closed. */
    public Trouble failing() {
        return begin(State.FAILING);
    }

    /**
     * Connections are taken and read, and nothing is passed on or answered, as when packets are lost without a word. What came
     * meanwhile is lost for good: such a connection stays mute afterwards too, until its client gives it up.
     */
    public Trouble silent() {
        return begin(State.SILENT);
    }

    /** Connections are closed, those that are open too. */
    public Trouble gone() {
        Trouble trouble = begin(State.GONE);
        open.forEach(Connection::shut);
        return trouble;
    }

    private Trouble begin(State state) {
        Ongoing trouble = new Ongoing(state);
        troubles.add(trouble);
        return trouble;
    }

    private boolean is(State state) {
        return troubles.stream().anyMatch(trouble -> trouble.state == state);
    }

    /**
     * Connections of some clients are closed, those that are open too, until that ends.
     *
     * @throws IOException when it cannot be told whose they are; what could be told is closed
     */
    Trouble cut(Whose whose) throws IOException {
        Cut cut = new Cut(whose);
        cuts.add(cut);
        for (Connection connection : open) {
            if (whose.is(connection.client.getPort())) {
                connection.shut();
            }
        }
        return cut;
    }

    /** As the service itself again, for everybody, and without traps. */
    void restore() {
        traps.clear();
        cuts.clear();
        heal();
    }

    /** Sets a trap for one request, beside those that are set. */
    void set(Trap next) {
        traps.add(next);
    }

    /** @return whether nobody had stepped into it */
    boolean disarm(Trap set) {
        return traps.remove(set);
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
        if (is(State.GONE)) {
            return true;
        }
        for (Cut cut : cuts) {
            if (cut.whose.is(client.getPort())) {
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
                // The answer that a trap waits for will not come: it waits for the next request.
                Optional.ofNullable(onAnswer.getAndSet(null)).ifPresent(stepped -> traps.add(stepped.trap()));
            }
        }

        private boolean isMute() {
            if (is(State.SILENT)) {
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
            if (is(State.SLOW)) {
                Thread.sleep(SLOWNESS.toMillis());
            }
            if (is(State.FAILING) && requests.incrementAndGet() % 2 == 0) {
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
            for (Trap set : traps) {
                Matcher found = set.request().matcher(text);
                if (found.find() && traps.remove(set)) {
                    return Optional.of(new Sprung(set, found.group()));
                }
            }
            return Optional.empty();
        }

        /** Lets a trap act; one that does not is set again. @return whether it has acted */
        private boolean isCaught(Sprung stepped) {
            if (stepped == null) {
                return false;
            }
            boolean acted = false;
            try {
                acted = stepped.trap().then().acts(new Trap.Caught(client.getPort(), stepped.request()));
            } finally {
                if (!acted) {
                    traps.add(stepped.trap());
                }
            }
            return acted;
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
