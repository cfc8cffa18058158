package flotilla.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between a client and a stand-in, passes on every byte, and counts the requests by what they ask for. Two threads
 * for each connection; thread-safe.
 */
final class CallCounter implements AutoCloseable {
    private static final Pattern REQUEST = Pattern.compile("(GET|PUT|POST|HEAD|DELETE) (\\S+) HTTP/1\\.1$");
    private static final Pattern SQS = Pattern.compile("(?i)^x-amz-target: *AmazonSQS\\.(\\w+)");
    private static final int BUFFER = 1 << 16;

    private final URI service;
    private final ServerSocket server;
    private final Map<String, Long> calls = new TreeMap<>();

    private CallCounter(URI service, ServerSocket server) {
        this.service = service;
        this.server = server;
    }

    /** Listens on a free port of loopback until it is closed. */
    static CallCounter before(URI service) throws IOException {
        CallCounter counter = new CallCounter(service, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        daemon(counter::accept);
        return counter;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Calls by name so far. */
    synchronized Map<String, Long> calls() {
        return new TreeMap<>(calls);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Socket target = new Socket(service.getHost(), service.getPort());
                client.setTcpNoDelay(true);
                target.setTcpNoDelay(true);
                daemon(() -> pass(client, target, new Lines()));
                daemon(() -> pass(target, client, null));
            } catch (IOException e) {
                // The counter was closed, or one connection is lost, which its client notices.
                continue;
            }
        }
    }

    private static void pass(Socket from, Socket to, Lines lines) {
        byte[] buffer = new byte[BUFFER];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (lines != null) {
                    lines.add(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
                }
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // One side closed; the other is closed too, and its owner sees that.
            return;
        }
    }

    /** What a client sends, line by line: a body without a newline is in one line with the request that follows. */
    private final class Lines {
        private final StringBuilder open = new StringBuilder();

        void add(String text) {
            open.append(text);
            int start = 0;
            for (int end = open.indexOf("\r\n"); end >= 0; end = open.indexOf("\r\n", start)) {
                name(open.substring(start, end)).ifPresent(CallCounter.this::count);
                start = end + 2;
            }
            open.delete(0, start);
        }
    }

    /** What a line of a request says that is asked for; a POST to SQS says so in another line. */
    static Optional<String> name(String line) {
        Matcher sqs = SQS.matcher(line);
        if (sqs.find()) {
            return Optional.of(sqs.group(1));
        }
        Matcher request = REQUEST.matcher(line);
        if (!request.find() || request.group(1).equals("POST")) {
            return Optional.empty();
        }
        String method = request.group(1);
        boolean listing = method.equals("GET") && request.group(2).contains("list-type=");
        return Optional.of(
                listing ? "ListObjects" : method.charAt(0) + method.substring(1).toLowerCase(Locale.ROOT) + "Object");
    }

    private synchronized void count(String call) {
        calls.merge(call, 1L, Long::sum);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "call-counter");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
