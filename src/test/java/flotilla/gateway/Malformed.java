package flotilla.gateway;

import flotilla.testing.Images;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Requests as no client should send them, drawn from a seed: the same seed, the same bytes. */
final class Malformed {
    /**
     * One request.
     *
     * @param kind what is wrong with it, as far as the drawing knows
     * @param bytes to send; all that there is
     * @param ending what the client does after its last byte
     */
    record Request(String kind, byte[] bytes, Ending ending) {}

    /** What a client does when it has sent its bytes. */
    enum Ending {
        /** Reads what comes until the connection is closed. */
        READ,
        /** Says that it has no more bytes, then reads. */
        HALF_CLOSE,
        /** Goes away at once. */
        CLOSE,
        /** Sends nothing more, and waits to be cut off. */
        STALL
    }

    private static final byte[] PNG = Images.png(4, 3);
    private static final List<String> PATHS = List.of(
            "/", "/", "/", "/process", "/api/v1/upload", "/v1/classifications", "/v1/batches", "/nowhere", "/v1/fleet");
    private static final List<String> FIELDS = List.of("inputFile", "myfile", "file", "filename", "x", "a.png", "");
    private static final List<String> NAMES = List.of(
            "a.png",
            "../a.png",
            "a%00.png",
            "%zz",
            "..",
            "a\"b.png",
            "ä.png",
            "\u0000.png",
            "",
            " ",
            "a;b=c",
            "CON",
            "😀.jpg");

    private final Random random;

    Malformed(long seed) {
        this.random = new Random(seed);
    }

    Request next() {
        return switch (random.nextInt(12)) {
            case 0 -> new Request("noise", noise(1 + random.nextInt(2000)), broken());
            case 1 -> new Request("flipped bytes", flipped(form(pick(PATHS))), broken());
            case 2 -> new Request("cut off", cut(form(pick(PATHS))), broken());
            case 3 -> new Request("huge header", hugeHeader(), whole());
            case 4 -> new Request("wrong length", wrongLength(), broken());
            case 5 -> new Request("bad percent-encoding", badAddress(), whole());
            case 6 -> new Request("nested parts", nested(), whole());
            case 7 -> new Request("broken multipart", brokenMultipart(), whole());
            case 8 -> new Request("broken chunks", brokenChunks(), broken());
            case 9 -> new Request("strange headers", strangeHeaders(), whole());
            case 10 -> new Request("many parts", manyParts(), whole());
            default ->
                random.nextInt(4) == 0
                        ? new Request("slow body", stalled(), Ending.STALL)
                        : new Request("flipped bytes", flipped(form("/")), broken());
        };
    }

    /** After a request that has an end: most clients wait for the answer. */
    private Ending whole() {
        int one = random.nextInt(20);
        return one == 0 ? Ending.CLOSE : one == 1 ? Ending.HALF_CLOSE : Ending.READ;
    }

    /** After one of which the server may wait for more: most clients do not let it. */
    private Ending broken() {
        int one = random.nextInt(20);
        return one == 0 ? Ending.READ : one < 4 ? Ending.CLOSE : Ending.HALF_CLOSE;
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private String part(String boundary) {
        return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + pick(FIELDS) + "\"; filename=\""
                + pick(NAMES) + "\"\r\n" + (random.nextBoolean() ? "" : "Content-Type: image/png\r\n") + "\r\n";
    }

    private static byte[] request(String path, String headers, byte[] body) {
        return bytes("POST " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + headers + "\r\n", body);
    }

    private static String formHeaders(int length) {
        return "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: " + length + "\r\n";
    }

    /** A form with some images, some of them no image; in itself in order. */
    private byte[] formBody() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = random.nextInt(3); i >= 0; i--) {
            body.writeBytes(bytes(part("b"), random.nextInt(4) == 0 ? PNG : noise(random.nextInt(300)), "\r\n"));
        }
        body.writeBytes(bytes("--b--\r\n"));
        return body.toByteArray();
    }

    private byte[] form(String path) {
        byte[] body = formBody();
        return request(path, formHeaders(body.length), body);
    }

    private byte[] flipped(byte[] bytes) {
        for (int i = 1 + random.nextInt(20); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private byte[] cut(byte[] bytes) {
        return Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length - 1));
    }

    private byte[] hugeHeader() {
        int length = 1000 << random.nextInt(7);
        String headers =
                switch (random.nextInt(4)) {
                    case 0 -> "X-Huge: " + "x".repeat(length) + "\r\n";
                    case 1 -> "X".repeat(length) + ": x\r\n";
                    case 2 -> "X-Many: x\r\n".repeat(length / 10);
                    default -> "Cookie: " + "a=b; ".repeat(length / 5) + "\r\n";
                };
        return request(pick(PATHS), headers, new byte[0]);
    }

    private byte[] wrongLength() {
        byte[] body = formBody();
        String length =
                switch (random.nextInt(8)) {
                    case 0 -> "-1";
                    case 1 -> "99999999999999999999";
                    case 2 -> "9223372036854775807";
                    case 3 -> "abc";
                    case 4 -> body.length + "\r\nContent-Length: " + (body.length + 1);
                    case 5 -> Integer.toString(random.nextInt(body.length + 1));
                    case 6 -> Integer.toString(body.length + 1 + random.nextInt(1000));
                    default -> body.length + "\r\nTransfer-Encoding: chunked";
                };
        return request(
                pick(PATHS),
                "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: " + length + "\r\n",
                body);
    }

    private byte[] badAddress() {
        String address = pick(List.of(
                "/%zz",
                "/%",
                "/v1/classifications/%c0%ae%c0%ae",
                "/v1/classifications/%00",
                "/v1/classifications/..%2f..%2fetc",
                "/v1/classifications?file=%zz",
                "/v1/classifications?file=%ff%fe",
                "/v1/scaling/decisions?limit=%zz",
                "/v1/scaling/decisions?limit=-1",
                "/v1/scaling/decisions?limit=99999999999999999999",
                "/v1/scaling/decisions/%2e%2e",
                "/v1/batches/%f0%28%8c%28/results?format=%",
                "/v1/classifications/0?wait=%zz",
                "//",
                "/./../..",
                "/docs/%2e%2e%2fweb%2findex.html",
                "http://[::1",
                "*",
                "/\u0001",
                "/?a=\ud83d\ude00"));
        String method = pick(List.of("GET", "POST", "HEAD", "DELETE", "OPTIONS", "BREW", "get", "CONNECT", "TRACE"));
        byte[] body = random.nextBoolean() ? PNG : new byte[0];
        return bytes(
                method + " " + address + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + body.length
                        + "\r\n\r\n",
                body);
    }

    private byte[] nested() {
        StringBuilder open = new StringBuilder();
        StringBuilder close = new StringBuilder();
        int depth = 1 + random.nextInt(50);
        for (int i = 0; i < depth; i++) {
            open.append("--b").append(i == 0 ? "" : "x".repeat(i)).append("\r\n");
            open.append("Content-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\n");
            open.append("Content-Type: multipart/mixed; boundary=b")
                    .append("x".repeat(i + 1))
                    .append("\r\n\r\n");
            close.insert(0, "\r\n--b" + "x".repeat(i) + "--\r\n");
        }
        byte[] body = bytes(open.toString(), PNG, close.toString());
        return request(pick(PATHS), formHeaders(body.length), body);
    }

    private byte[] brokenMultipart() {
        String type = pick(List.of(
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=\"\"",
                "multipart/form-data; boundary=\"b ",
                "multipart/form-data; boundary=ä",
                "multipart/form-data; boundary=" + "b".repeat(1 + random.nextInt(300)),
                "multipart/mixed; boundary=b",
                "multipart/byteranges; boundary=b",
                "multipart/form-data; boundary=b; boundary=c",
                "multipart/form-data; boundary=b"));
        String body = pick(List.of(
                "--b--",
                "--b\r\n",
                "--b\r\n\r\n",
                "--b\r\n\r\n\r\n--b--",
                "--b\r\nContent-Disposition\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=\"\u0000\"\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=f; filename*=utf-8''%zz\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=f; filename*=nonsense''a\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=f; filename=\"a\r\n\r\nx\r\n--b--",
                "--b\nContent-Disposition: form-data; name=f; filename=a.png\n\nx\n--b--\n",
                "--b\r\n" + "X-A: 1\r\n".repeat(100) + "\r\nx\r\n--b--",
                "--b\r\nX-A: " + "x".repeat(20_000) + "\r\n\r\nx\r\n--b--",
                "--b\r\nContent-Type: a\r\nContent-Type: b\r\n\r\nx\r\n--b--",
                "--bContent-Disposition: form-data; name=f\r\n\r\nx\r\n--b--",
                "\r\n--b\r\n\r\nx\r\n--b-",
                "preamble" + "-".repeat(5000),
                ""));
        byte[] bytes = bytes(body);
        return request(pick(PATHS), "Content-Type: " + type + "\r\nContent-Length: " + bytes.length + "\r\n", bytes);
    }

    private byte[] brokenChunks() {
        byte[] body = formBody();
        String first = pick(List.of(
                "zz\r\n",
                "-1\r\n",
                "ffffffffffffffff\r\n",
                "7fffffff\r\n",
                "\r\n",
                "0\r\n",
                "5;" + "x".repeat(1000) + "\r\n",
                "5\n"));
        boolean late = random.nextBoolean();
        return request(
                pick(PATHS),
                "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: "
                        + pick(List.of("chunked", "chunked, chunked", "gzip, chunked", "nonsense")) + "\r\n",
                late
                        ? bytes(Integer.toHexString(body.length) + "\r\n", body, "\r\n" + first)
                        : bytes(first, body, "\r\n0\r\n\r\n"));
    }

    private byte[] strangeHeaders() {
        String header = pick(List.of(
                "Expect: nonsense\r\n",
                "Expect: 100-continue\r\n",
                "Prefer: wait=nonsense\r\n",
                "Prefer: wait=99999999999999999999\r\n",
                "Idempotency-Key: " + "x".repeat(300) + "\r\n",
                "Idempotency-Key: \r\n",
                "Idempotency-Key: \u0001\r\n",
                "Accept: ,,,;;;q=zz\r\n",
                "Accept-Encoding: gzip;q=zz, *;q=0\r\n",
                "If-None-Match: \"\r\n",
                "Origin: null\r\nAccess-Control-Request-Method: \u0001\r\n",
                "Authorization: Bearer\r\n",
                "Content-Encoding: gzip\r\n",
                "Content-Type: image/png; a=b; =\r\n",
                "Content-Type: application/json\r\n",
                "Content-Type: application/zip\r\n",
                "Content-Disposition: attachment; filename=\"../../x\"\r\n",
                "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: !!!\r\n",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n",
                "Connection: upgrade\r\n",
                ": no name\r\n",
                "no colon\r\n",
                " folded\r\n",
                "Host: another\r\n",
                "Host: \u0001\r\n"));
        byte[] body = random.nextBoolean() ? PNG : formBody();
        return request(pick(PATHS), header + "Content-Length: " + body.length + "\r\n", body);
    }

    private byte[] manyParts() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String part = random.nextBoolean()
                ? "--b\r\n\r\n\r\n"
                : "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../a\"\r\n\r\n\r\n";
        for (int i = random.nextInt(500); i >= 0; i--) {
            body.writeBytes(bytes(part));
        }
        body.writeBytes(bytes("--b--\r\n"));
        return request(pick(PATHS), formHeaders(body.size()), body.toByteArray());
    }

    /** A request of which something is missing at its end, so that the server has to wait for it. */
    private byte[] stalled() {
        byte[] whole = form(pick(PATHS));
        return random.nextBoolean() ? cut(whole) : Arrays.copyOf(whole, whole.length - 1 - random.nextInt(5));
    }

    private static byte[] bytes(Object... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object piece : pieces) {
            all.writeBytes(piece instanceof byte[] raw ? raw : ((String) piece).getBytes(StandardCharsets.UTF_8));
        }
        return all.toByteArray();
    }
}
