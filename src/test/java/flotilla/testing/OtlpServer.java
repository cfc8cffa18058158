package flotilla.testing;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * A collector on loopback that takes spans by OTLP over HTTP, and reads as much of the protocol's messages as tests look at.
 *
 * @see <a href="https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto">trace.proto</a>
 */
public final class OtlpServer implements AutoCloseable {
    /** A span as it came; an id of no digits is none. */
    public record Received(
            String service,
            String traceId,
            String spanId,
            String parentId,
            String name,
            int kind,
            long startNanos,
            long endNanos,
            Map<String, String> attributes,
            String error) {}

    /** Far more than anything takes: ends what hangs, and measures nothing. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final HttpServer server;
    private final List<Received> spans = new CopyOnWriteArrayList<>();
    private volatile int status = 200;

    private OtlpServer(HttpServer server) {
        this.server = server;
    }

    public static OtlpServer start() throws IOException {
        OtlpServer collector =
                new OtlpServer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        collector.server.createContext("/v1/traces", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            int answer = collector.status;
            if (answer == 200) {
                collector.spans.addAll(request(body));
            }
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        });
        collector.server.start();
        return collector;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What requests are answered with from now on; what comes with another than 200 is not kept. */
    public void answer(int httpStatus) {
        status = httpStatus;
    }

    /** All spans that came. */
    public List<Received> spans() {
        return List.copyOf(spans);
    }

    /** All spans that came, once there are so many, or after a minute: who sends them need not wait until they are here. */
    public List<Received> awaited(int count) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (spans.size() < count && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        return spans();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static List<Received> request(byte[] message) {
        List<Received> all = new ArrayList<>();
        fields(message, (field, resourceSpans) -> {
            String[] service = {""};
            fields(bytes(resourceSpans), (inResource, value) -> {
                if (inResource == 1) {
                    fields(bytes(value), (n, attribute) -> {
                        Map<String, String> one = new LinkedHashMap<>();
                        attribute(bytes(attribute), one);
                        service[0] = one.getOrDefault("service.name", service[0]);
                    });
                } else if (inResource == 2) {
                    fields(bytes(value), (inScope, span) -> {
                        if (inScope == 2) {
                            all.add(span(service[0], bytes(span)));
                        }
                    });
                }
            });
        });
        return all;
    }

    private static Received span(String service, byte[] message) {
        Map<Integer, Object> values = new LinkedHashMap<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        String[] error = {""};
        fields(message, (field, value) -> {
            values.put(field, value);
            if (field == 9) {
                attribute(bytes(value), attributes);
            } else if (field == 15) {
                fields(bytes(value), (inStatus, text) -> {
                    if (inStatus == 2) {
                        error[0] = text(text);
                    }
                });
            }
        });
        return new Received(
                service,
                hex(values.get(1)),
                hex(values.get(2)),
                hex(values.getOrDefault(4, new byte[0])),
                text(values.get(5)),
                ((Long) values.getOrDefault(6, 0L)).intValue(),
                (Long) values.get(7),
                (Long) values.get(8),
                attributes,
                error[0]);
    }

    private static void attribute(byte[] keyValue, Map<String, String> to) {
        String[] key = {""};
        fields(keyValue, (field, value) -> {
            if (field == 1) {
                key[0] = text(value);
            } else {
                fields(bytes(value), (kind, content) -> {
                    if (kind == 1) {
                        to.put(key[0], text(content));
                    }
                });
            }
        });
    }

    /** Each field of a message with its value: a number, or bytes. */
    private static void fields(byte[] message, BiConsumer<Integer, Object> field) {
        ByteBuffer buffer = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            long tag = varint(buffer);
            int number = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case VARINT -> field.accept(number, varint(buffer));
                case FIXED64 -> field.accept(number, buffer.getLong());
                case FIXED32 -> field.accept(number, (long) buffer.getInt());
                case BYTES -> {
                    byte[] bytes = new byte[(int) varint(buffer)];
                    buffer.get(bytes);
                    field.accept(number, bytes);
                }
                default -> throw new IllegalStateException("no wire type of protobuf: " + tag);
            }
        }
    }

    private static long varint(ByteBuffer buffer) {
        long value = 0;
        int shift = 0;
        byte next;
        do {
            next = buffer.get();
            value |= (long) (next & 0x7f) << shift;
            shift += 7;
        } while (next < 0);
        return value;
    }

    private static byte[] bytes(Object value) {
        return (byte[]) value;
    }

    private static String text(Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    private static String hex(Object value) {
        return HexFormat.of().formatHex(bytes(value));
    }
}
