package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.FailureCode;
import flotilla.domain.Outcome;
import flotilla.gateway.RawConnection.Response;
import flotilla.protocol.ClassificationRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients written for other services, byte for byte as they speak: what they send and what they get is the table in {@code
 * docs/compatibility.md}, each row of which names its test here.
 */
@Tag("slow")
class ClassicClientsTest extends HttpFixture {
    private static final String REQUESTS_BOUNDARY = "9d1c8b3f6a4e4c0db3a2f0e5d7c6b1a8";
    private static final String CURL_BOUNDARY = "------------------------d74496d66958873e";

    /** The bytes of several texts and byte arrays, one after another. */
    private static byte[] bytes(Object... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object piece : pieces) {
            all.writeBytes(piece instanceof byte[] raw ? raw : ((String) piece).getBytes(StandardCharsets.UTF_8));
        }
        return all.toByteArray();
    }

    private static byte[] part(String boundary, String headers, byte[] content) {
        return bytes("--" + boundary + "\r\n" + headers + "\r\n\r\n", content, "\r\n");
    }

    private static byte[] form(String boundary, byte[]... parts) {
        return bytes(bytes((Object[]) parts), "--" + boundary + "--\r\n");
    }

    private static String disposition(String field, String file) {
        return "Content-Disposition: form-data; name=\"" + field + "\"; filename=\"" + file + "\"";
    }

    /** As the Python library requests sends it: no Content-Type on a part unless the caller gives one. */
    private static byte[] requests(String path, byte[]... parts) {
        byte[] body = form(REQUESTS_BOUNDARY, parts);
        return bytes(
                "POST " + path + " HTTP/1.1\r\n"
                        + "Host: 127.0.0.1:8000\r\n"
                        + "User-Agent: python-requests/2.31.0\r\n"
                        + "Accept-Encoding: gzip, deflate\r\n"
                        + "Accept: */*\r\n"
                        + "Connection: keep-alive\r\n"
                        + "Content-Length: " + body.length + "\r\n"
                        + "Content-Type: multipart/form-data; boundary=" + REQUESTS_BOUNDARY + "\r\n"
                        + "\r\n",
                body);
    }

    private static byte[] requestsPart(String headers) {
        return part(REQUESTS_BOUNDARY, headers, PNG);
    }

    private static byte[] requestsText(String field, String text) {
        return part(
                REQUESTS_BOUNDARY,
                "Content-Disposition: form-data; name=\"" + field + "\"",
                text.getBytes(StandardCharsets.UTF_8));
    }

    private static String curlHead(String path, int length, String more) {
        return "POST " + path + " HTTP/1.1\r\n"
                + "Host: 127.0.0.1:8000\r\n"
                + "User-Agent: curl/7.88.1\r\n"
                + "Accept: */*\r\n"
                + "Content-Length: " + length + "\r\n"
                + "Content-Type: multipart/form-data; boundary=" + CURL_BOUNDARY + "\r\n"
                + more
                + "\r\n";
    }

    /** Sends a request, lets each of its images be answered with the label, and gives the response. */
    private Response answered(byte[] request, int images, String label) throws Exception {
        try (RawConnection connection = RawConnection.open(url).send(request)) {
            accepted(images).forEach(image -> answer(image, label(label)));
            return connection.response();
        }
    }

    private Response refused(byte[] request) throws IOException {
        try (RawConnection connection = RawConnection.open(url).send(request)) {
            return connection.response();
        }
    }

    private static void shouldBeText(Response response, String body) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(response.header("content-type")).isEqualTo("text/plain; charset=UTF-8");
        assertThat(response.header("content-encoding")).isEmpty();
        assertThat(response.header("content-length"))
                .isEqualTo(Integer.toString(body.getBytes(StandardCharsets.UTF_8).length));
        assertThat(response.body()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
    }

    private static void shouldBeProblem(Response response, int status, String code) throws IOException {
        assertThat(response.status()).as(response.text()).isEqualTo(status);
        assertThat(response.header("content-type")).isEqualTo("application/problem+json");
        assertThat(JSON.readTree(response.body()).path("code").asText()).isEqualTo(code);
    }

    /** The name under which the last image was stored. */
    private String storedAs() {
        String key = images.objects.keySet().stream()
                .reduce((first, second) -> second)
                .orElseThrow();
        assertThat(images.objects.get(key).toArray()).isEqualTo(PNG);
        return key.substring(key.indexOf('/') + 1);
    }

    @Test
    void everyRowOfTheTable_shouldNameATest() throws Exception {
        Pattern named = Pattern.compile("`(\\w+_should\\w+)` \\|$");
        List<String> rows = Files.readAllLines(Path.of("docs", "compatibility.md")).stream()
                .dropWhile(line -> !line.startsWith("| client |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        List<String> inTable = rows.stream()
                .flatMap(row -> named.matcher(row).results().map(hit -> hit.group(1)))
                .toList();
        List<String> tests = Arrays.stream(getClass().getDeclaredMethods())
                .filter(method -> !method.isSynthetic() && method.getName().contains("_should"))
                .map(Method::getName)
                .filter(test -> !test.startsWith("everyRow"))
                .toList();

        assertThat(inTable).hasSameSizeAs(rows).containsExactlyInAnyOrderElementsOf(tests);
    }

    @Test
    void inputFile_shouldBeStemColonLabelWithoutANewline() throws Exception {
        shouldBeText(
                answered(requests("/", requestsPart(disposition("inputFile", "test_000.jpg"))), 1, "Paul"),
                "test_000:Paul");
        assertThat(storedAs()).isEqualTo("test_000.jpg");
    }

    @ParameterizedTest
    @ValueSource(strings = {"myfile", "file", "image_file", "test_000.jpg"})
    void otherFieldsWithoutAContentType_shouldBeTheLabel(String field) throws Exception {
        shouldBeText(answered(requests("/", requestsPart(disposition(field, "test_000.jpg"))), 1, "Paul"), "Paul");
        assertThat(storedAs()).isEqualTo("test_000.jpg");
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/jpeg", "application/octet-stream", "text/plain", "nonsense"})
    void contentTypeOfAPart_shouldNotMatter(String type) throws Exception {
        byte[] part = requestsPart(disposition("myfile", "test_000.jpg") + "\r\nContent-Type: " + type);

        shouldBeText(answered(requests("/", part), 1, "Paul"), "Paul");
    }

    @Test
    void fieldWithoutAFileName_shouldBeNamedByTheTextFieldBeforeIt() throws Exception {
        byte[] request = requests(
                "/",
                requestsText("filename", "test_007.jpg"),
                requestsPart("Content-Disposition: form-data; name=\"image_file\""),
                requestsText("comment", "sent after the file"));

        shouldBeText(answered(request, 1, "Paul"), "Paul");
        assertThat(storedAs()).isEqualTo("test_007.jpg");
    }

    @Test
    void textFieldsAroundAFileWithAName_shouldBePassedOver() throws Exception {
        byte[] request = requests(
                "/",
                requestsText("filename", "test_007.jpg"),
                requestsPart(disposition("inputFile", "test_007.jpg")),
                requestsText("submit", "Upload"));

        shouldBeText(answered(request, 1, "Paul"), "test_007:Paul");
        assertThat(storedAs()).isEqualTo("test_007.jpg");
    }

    @Test
    void fieldThatIsTheFilesOwnName_shouldBeTakenWithoutAFileName() throws Exception {
        byte[] request = requests("/", requestsPart("Content-Disposition: form-data; name=\"test_003.JPEG\""));

        shouldBeText(answered(request, 1, "Paul"), "Paul");
        assertThat(storedAs()).isEqualTo("test_003.JPEG");
    }

    @Test
    void severalFiles_shouldBeALineEachInTheirOrder() throws Exception {
        byte[] request = requests(
                "/",
                requestsPart(disposition("myfile", "test_002.jpg")),
                requestsPart(disposition("myfile", "test_001.jpg")),
                requestsPart(disposition("myfile", "test_000.jpg")));

        shouldBeText(answered(request, 3, "Paul"), "test_002.jpg:Paul\ntest_001.jpg:Paul\ntest_000.jpg:Paul");
    }

    @Test
    void curl_shouldGetItsAnswerOverItsOwnBoundary() throws Exception {
        byte[] body = form(
                CURL_BOUNDARY,
                part(CURL_BOUNDARY, disposition("inputFile", "test_000.jpg") + "\r\nContent-Type: image/jpeg", PNG));

        shouldBeText(answered(bytes(curlHead("/", body.length, ""), body), 1, "Paul"), "test_000:Paul");
    }

    @Test
    void curlThatExpects100Continue_shouldBeToldToGoOn() throws Exception {
        byte[] body = form(
                CURL_BOUNDARY,
                part(CURL_BOUNDARY, disposition("inputFile", "test_000.jpg") + "\r\nContent-Type: image/jpeg", PNG));
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(curlHead("/", body.length, "Expect: 100-continue\r\n"));
            assertThat(connection.response().status()).isEqualTo(100);

            connection.send(body);

            accepted(1).forEach(image -> answer(image, label("Paul")));
            shouldBeText(connection.response(), "test_000:Paul");
        }
    }

    @Test
    void browserForm_shouldBeTheLabel() throws Exception {
        String boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
        byte[] body = form(
                boundary,
                part(boundary, disposition("image_file", "test_000.jpg") + "\r\nContent-Type: image/jpeg", PNG));
        byte[] request = bytes(
                "POST / HTTP/1.1\r\n"
                        + "Host: 127.0.0.1:8000\r\n"
                        + "Connection: keep-alive\r\n"
                        + "Content-Length: " + body.length + "\r\n"
                        + "Cache-Control: max-age=0\r\n"
                        + "Upgrade-Insecure-Requests: 1\r\n"
                        + "Origin: http://127.0.0.1:8000\r\n"
                        + "Content-Type: multipart/form-data; boundary=" + boundary + "\r\n"
                        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
                        + " Chrome/120.0.0.0 Safari/537.36\r\n"
                        + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
                        + "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n"
                        + "Referer: http://127.0.0.1:8000/\r\n"
                        + "Accept-Encoding: gzip, deflate, br\r\n"
                        + "Accept-Language: en-US,en;q=0.9\r\n"
                        + "\r\n",
                body);

        shouldBeText(answered(request, 1, "Paul"), "Paul");
    }

    @Test
    void quotedBoundaryAndLowerCaseNames_shouldBeUnderstood() throws Exception {
        String boundary = "===============7330845974216740156==";
        byte[] body = form(
                boundary,
                part(
                        boundary,
                        "content-type: application/octet-stream\r\nMIME-Version: 1.0\r\n"
                                + "content-disposition: form-data; name=\"inputFile\"; filename=\"test_000.jpg\"",
                        PNG));
        byte[] request = bytes(
                "POST / HTTP/1.1\r\n"
                        + "host: 127.0.0.1:8000\r\n"
                        + "accept-encoding: identity\r\n"
                        + "content-length: " + body.length + "\r\n"
                        + "content-type: multipart/form-data; boundary=\"" + boundary + "\"\r\n"
                        + "\r\n",
                body);

        shouldBeText(answered(request, 1, "Paul"), "test_000:Paul");
    }

    @Test
    void chunkedBody_shouldBeUnderstood() throws Exception {
        String boundary = "--------------------------301584735912047865431829";
        byte[] body = form(
                boundary,
                part(
                        boundary,
                        disposition("myfile", "test_000.jpg") + "\r\nContent-Type: application/octet-stream",
                        PNG));
        int half = body.length / 2;
        byte[] request = bytes(
                "POST / HTTP/1.1\r\n"
                        + "content-type: multipart/form-data; boundary=" + boundary + "\r\n"
                        + "host: 127.0.0.1:8000\r\n"
                        + "Connection: close\r\n"
                        + "Transfer-Encoding: chunked\r\n"
                        + "\r\n",
                Integer.toHexString(half) + "\r\n",
                Arrays.copyOf(body, half),
                "\r\n" + Integer.toHexString(body.length - half).toUpperCase(java.util.Locale.ROOT) + "\r\n",
                Arrays.copyOfRange(body, half, body.length),
                "\r\n0\r\n\r\n");

        shouldBeText(answered(request, 1, "Paul"), "Paul");
    }

    @Test
    void javaHttpClient_shouldKeepItsProtocolThroughItsUploads() throws Exception {
        byte[] body = form("b", part("b", disposition("inputFile", "test_000.jpg"), PNG));
        String head = "POST / HTTP/1.1\r\n"
                + "Connection: Upgrade, HTTP2-Settings\r\n"
                + "Content-Length: " + body.length + "\r\n"
                + "Host: 127.0.0.1:8000\r\n"
                + "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
                + "Upgrade: h2c\r\n"
                + "User-Agent: Java-http-client/17.0.9\r\n"
                + "Content-Type: multipart/form-data; boundary=b\r\n"
                + "\r\n";
        try (RawConnection connection = RawConnection.open(url)) {
            for (String label : List.of("Paul", "Ringo")) {
                connection.send(head.substring(0, 60)).send(head.substring(60)).send(body);
                accepted(1).forEach(image -> answer(image, label(label)));

                shouldBeText(connection.response(), "test_000:" + label);
            }
        }
    }

    @Test
    void http10_shouldBeAnsweredAndClosed() throws Exception {
        String boundary = "1234567890";
        byte[] body = form(
                boundary,
                part(boundary, disposition("inputFile", "test_000.jpg") + "\r\nContent-Type: image/jpeg", PNG));
        byte[] request = bytes(
                "POST / HTTP/1.0\r\n"
                        + "Content-length: " + body.length + "\r\n"
                        + "Content-type: multipart/form-data; boundary=" + boundary + "\r\n"
                        + "Host: 127.0.0.1:8000\r\n"
                        + "User-Agent: ApacheBench/2.3\r\n"
                        + "Accept: */*\r\n"
                        + "\r\n",
                body);
        try (RawConnection connection = RawConnection.open(url).send(request)) {
            accepted(1).forEach(image -> answer(image, label("Paul")));

            shouldBeText(connection.response(), "test_000:Paul");
            assertThat(connection.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void connectionClose_shouldBeAnsweredAndClosed() throws Exception {
        byte[] body = form(CURL_BOUNDARY, part(CURL_BOUNDARY, disposition("myfile", "test_000.jpg"), PNG));
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(bytes(curlHead("/", body.length, "Connection: close\r\n"), body));
            accepted(1).forEach(image -> answer(image, label("Paul")));

            shouldBeText(connection.response(), "Paul");
            assertThat(connection.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void keptConnection_shouldServeOneUploadAfterAnother() throws Exception {
        try (RawConnection connection = RawConnection.open(url)) {
            for (String label : List.of("Paul", "Ringo")) {
                connection.send(requests("/", requestsPart(disposition("myfile", "test_000.jpg"))));
                accepted(1).forEach(image -> answer(image, label(label)));

                shouldBeText(connection.response(), label);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filename=\"ä b (1).jpg\"",
                "filename*=utf-8''%C3%A4%20b%20%281%29.jpg",
                "filename=\"a.jpg\"; filename*=UTF-8''%C3%A4%20b%20%281%29.jpg",
                "filename=\"photos/ä b (1).jpg\""
            })
    void spacesAndOtherLetters_shouldBeKept(String fileName) throws Exception {
        byte[] part = requestsPart("Content-Disposition: form-data; name=\"inputFile\"; " + fileName);

        shouldBeText(answered(requests("/", part), 1, "Paul"), "ä b (1):Paul");
        assertThat(storedAs()).isEqualTo("ä b (1).jpg");
    }

    @Test
    void pathOfAnotherSystem_shouldBeCutToItsName() throws Exception {
        byte[] part = requestsPart(disposition("inputFile", "C:\\\\photos\\\\test_000.jpg"));

        shouldBeText(answered(requests("/", part), 1, "Paul"), "test_000:Paul");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../test_000.jpg", "a/../../etc/passwd", "..", "a\\\\..\\\\b.jpg"})
    void nameThatClimbs_shouldBe400(String name) throws Exception {
        shouldBeProblem(refused(requests("/", requestsPart(disposition("myfile", name)))), 400, "bad-file-name");
        assertThat(images.objects).isEmpty();
    }

    @Test
    void noImage_shouldBeAProperError() throws Exception {
        byte[] text = part(REQUESTS_BOUNDARY, disposition("image_file", "a.txt"), bytes("hello"));
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(requests("/", requestsPart(disposition("image_file", "a.jpg"))));
            accepted(1).forEach(image -> answer(image, new Outcome.Failed(FailureCode.DAMAGED, "send it again")));

            shouldBeProblem(connection.response(), 422, "damaged");
        }
        shouldBeProblem(refused(requests("/", text)), 415, "unsupported-type");
        shouldBeProblem(refused(requests("/", requestsText("filename", "a.jpg"))), 400, "no-file");
    }

    @Test
    void asynchronousUpload_shouldBeJsonAtOnce() throws Exception {
        Response response = refused(requests("/api/v1/upload", requestsPart(disposition("myfile", "test_000.jpg"))));
        ClassificationRequest image = accepted(1).get(0);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("content-type")).isEqualTo("application/json");
        assertThat(response.text())
                .isEqualTo("{\"response\":\"success\",\"message\":\"image accepted\",\"id\":\"" + image.id()
                        + "\",\"location\":\"/v1/classifications/" + image.id() + "\"}");
    }

    @Test
    void getOfTheRoot_shouldSayThatTheServerRuns() throws Exception {
        Response response = refused(bytes("GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n"
                + "User-Agent: python-requests/2.31.0\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n"
                + "Connection: keep-alive\r\n\r\n"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("content-type")).isEqualTo("application/json");
        assertThat(response.text())
                .isEqualTo("{\"response\":\"success\",\"message\":\"flotilla is running; POST an image to / or"
                        + " /v1/classifications\"}");
    }

    @Test
    void otherUploadPaths_shouldBeServedByConfiguration() throws Exception {
        byte[] part = requestsPart(disposition("inputFile", "test_000.jpg"));

        shouldBeText(answered(requests("/process", part), 1, "Paul"), "test_000:Paul");
        shouldBeProblem(refused(requests("/not_configured", part)), 404, "not-found");
    }

    @Test
    void aHundredConnectionsAtOnce_shouldAllWaitUntilAllAreIn() throws Exception {
        List<RawConnection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                connections.add(RawConnection.open(url));
            }
            for (int i = 0; i < 100; i++) {
                connections.get(i).send(requests("/", requestsPart(disposition("inputFile", "test_" + i + ".jpg"))));
            }

            accepted(100).forEach(image -> answer(image, label("label of " + image.file())));

            for (int i = 0; i < 100; i++) {
                shouldBeText(connections.get(i).response(), "test_" + i + ":label of test_" + i + ".jpg");
            }
        } finally {
            for (RawConnection connection : connections) {
                connection.close();
            }
        }
    }
}
