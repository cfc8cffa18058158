package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.hostile.HostileImage;
import flotilla.hostile.HostileImages;
import flotilla.hostile.HostileNames;
import flotilla.protocol.ClassificationRequest;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hostile files, names and zips at the gateway. */
@Tag("slow")
class HostileUploadTest extends HttpFixture {
    private HttpResponse<String> upload(String name, byte[] body) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(url + "/v1/classifications?file=" + URLEncoder.encode(name, StandardCharsets.UTF_8)))
                .header("Prefer", "respond-async")
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString()).join();
    }

    private HttpResponse<String> zip(byte[] zip) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/batches"))
                .header("Content-Type", "application/zip")
                .POST(BodyPublishers.ofByteArray(zip))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString()).join();
    }

    private static byte[] zipped(List<String> names, byte[] content) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(content);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private List<JsonNode> results(HttpResponse<String> created) throws Exception {
        assertThat(created.statusCode()).as(created.body()).isEqualTo(202);
        String location = created.headers().firstValue("Location").orElseThrow();
        List<JsonNode> all = new ArrayList<>();
        for (String line : get(location + "/results").join().body().lines().toList()) {
            all.add(JSON.readTree(line));
        }
        return all;
    }

    @Test
    void corpus_shouldBeRefusedOrAcceptedAndGoodImagesGoOn() throws Exception {
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        stop();
        start(new HttpSettings(
                "127.0.0.1",
                0,
                Duration.ofSeconds(60),
                defaults.maxImageSize(),
                defaults.maxPixels(),
                4,
                defaults.uploadWait(),
                5,
                6,
                10_000,
                Duration.ofMillis(200),
                List.of(),
                1000,
                Optional.empty(),
                defaults.access(),
                defaults.limits()));

        for (HostileImage image : HostileImages.all()) {
            HttpResponse<String> response = upload(image.fileName(), image.bytes());
            if (image.by() == HostileImage.RefusedBy.HEADER) {
                shouldBeProblem(response, image.status(), image.answeredCode());
            } else {
                assertThat(response.statusCode())
                        .as("%s: %s", image, response.body())
                        .isEqualTo(202);
                ClassificationRequest request = accepted(1).get(0);
                assertThat(images.objects.get(request.image().key()).toArray())
                        .as(image.name())
                        .isEqualTo(image.bytes());
            }
            assertThat(upload("good.png", PNG).statusCode())
                    .as("after %s", image)
                    .isEqualTo(202);
            assertThat(accepted(1).get(0).file().value()).isEqualTo("good.png");
        }
    }

    @Test
    void hostileNames_shouldReachNoPathAndNoHeader() throws Exception {
        for (String name : HostileNames.BAD) {
            shouldBeProblem(upload(name, PNG), 400, "bad-file-name");
        }
        for (String name : HostileNames.ODD) {
            HttpResponse<String> response = upload(name, PNG);

            assertThat(response.statusCode()).as(name).isEqualTo(202);
            ClassificationRequest request = accepted(1).get(0);
            shouldBeSafe(request);
            shouldBeHarmless(response);
            answer(request, label("Cat"));
            HttpResponse<String> result =
                    get("/v1/classifications/" + request.id()).join();
            shouldBeHarmless(result);
            assertThat(json(result).path("file").asText())
                    .isEqualTo(request.file().value());
        }
    }

    private static void shouldBeSafe(ClassificationRequest request) {
        String[] segments = request.image().key().split("/");
        assertThat(segments).hasSize(2).doesNotContain("..", ".");
        assertThat(segments[0]).isEqualTo(request.id().value());
    }

    /** No header tells a name, and no browser takes the answer for a page. */
    private static void shouldBeHarmless(HttpResponse<String> response) {
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(response.headers().map()).doesNotContainKeys("set-cookie", "content-disposition");
        response.headers()
                .map()
                .forEach((name, values) -> assertThat(String.join(" ", values))
                        .as(name)
                        .doesNotContain("script", "passwd", "jndi", "photo"));
    }

    @Test
    void hostileNamesInAForm_shouldBeRefusedOrMadeSafe() throws Exception {
        HttpResponse<String> response = postForm(
                        "/v1/classifications",
                        Map.of("Prefer", "respond-async"),
                        new Part("f", "../../../etc/passwd", PNG),
                        new Part("f", "/abs/olute/a.png", PNG),
                        new Part("f", "<b>.png", PNG))
                .join();

        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(json(response).findValuesAsText("code")).containsExactly("bad-file-name");
        List<ClassificationRequest> both = accepted(2);
        both.forEach(HostileUploadTest::shouldBeSafe);
        assertThat(both).extracting(request -> request.file().value()).containsExactly("a.png", "<b>.png");
    }

    @Test
    void zipOfHostileNames_shouldStoreNoneOutside() throws Exception {
        HttpResponse<String> created = zip(zipped(
                List.of("../../evil.png", "/abs/good.png", "a\\..\\..\\b.png", "x".repeat(60_000), "__MACOSX/../c.png"),
                PNG));

        List<JsonNode> all = results(created);
        assertThat(all).hasSize(4);
        assertThat(all.get(0).path("error").path("code").asText()).isEqualTo("bad-file-name");
        assertThat(all.get(1).path("status").asText()).isEqualTo("pending");
        assertThat(all.get(2).path("error").path("code").asText()).isEqualTo("bad-file-name");
        assertThat(all.get(3).path("error").path("code").asText()).isEqualTo("bad-file-name");
        assertThat(all.get(3).path("file").asText()).hasSizeLessThan(2_000);
        shouldBeSafe(accepted(1).get(0));
    }

    @Test
    void nestedZip_shouldBeRefusedAsNoImage() throws Exception {
        byte[] inner = zipped(List.of("a.png"), PNG);
        byte[] middle = zipped(List.of("inner.zip", "inner.png"), inner);

        List<JsonNode> all = results(zip(zipped(List.of("middle.zip", "middle.jpg"), middle)));

        assertThat(all)
                .hasSize(2)
                .allMatch(one -> one.path("error").path("code").asText().equals("unsupported-type"));
        assertThat(requests.sent()).isEmpty();
    }

    @Test
    void fileThatUnpacksToSomewhatTooMuch_shouldBeRefusedForItself() throws Exception {
        int size = MAX_SIZE + 50_000;

        for (byte[] first : List.of(Arrays.copyOf(PNG, size), new byte[size])) {
            List<JsonNode> all = results(zip(mixed(first)));

            assertThat(all).hasSize(2);
            assertThat(all.get(0).path("error").path("code").asText()).isEqualTo("too-large");
            assertThat(all.get(1).path("status").asText()).isEqualTo("pending");
        }
    }

    @Test
    void zipBomb_shouldBeRefusedUnread() throws Exception {
        shouldBeProblem(zip(mixed(new byte[50 << 20])), 400, "bad-batch");
        assertThat(requests.sent()).isEmpty();
    }

    @Test
    void bombInAFolder_shouldBeRefusedUnread() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] bomb = zipped(List.of("folder_"), new byte[50 << 20]);
        // ZipOutputStream writes no folder with content: rename one of its files, in the header that is read.
        byte[] renamed = bomb.clone();
        renamed[30 + "folder".length()] = '/';
        bytes.writeBytes(renamed);

        shouldBeProblem(zip(bytes.toByteArray()), 400, "bad-batch");
    }

    @Test
    void zipOfThousandsOfFiles_shouldNotBeReadToItsEnd() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            names.add(i + ".png");
        }

        List<JsonNode> all = results(zip(zipped(names, PNG)));

        assertThat(all).hasSize(13);
        assertThat(all.subList(0, 6))
                .allMatch(one -> one.path("status").asText().equals("pending"));
        assertThat(all.subList(6, 13))
                .allMatch(one -> one.path("error").path("code").asText().equals("too-many-files"));
        assertThat(all.get(12).path("file").asText()).isEqualTo("rest of the zip");
    }

    @Test
    void brokenZips_shouldBeBadBatches() throws Exception {
        byte[] sound = zipped(List.of("a.png"), PNG);
        byte[] noName = sound.clone();
        noName[26] = (byte) 0xFF;
        noName[27] = (byte) 0xFF;
        byte[] badUtf8 = sound.clone();
        badUtf8[7] |= 8;
        badUtf8[30] = (byte) 0xFF;
        for (byte[] broken : List.of(Arrays.copyOf(sound, sound.length / 2), noName, badUtf8)) {
            assertThat(zip(broken).statusCode()).isEqualTo(400);
        }
    }

    /** More of them than Pekko has threads for what blocks, on which large images go to the store. */
    @Test
    void zipsThatStall_shouldHoldUpNobodyElse() throws Exception {
        byte[] whole = zipped(List.of("a.png", "b.png"), PNG);
        byte[] begun = Arrays.copyOf(whole, second(whole) + 10);
        List<RawConnection> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 6; i++) {
                stalled.add(RawConnection.open(url)
                        .send(
                                "POST /v1/batches HTTP/1.1\r\nHost: h\r\nContent-Type: application/zip\r\nContent-Length: "
                                        + whole.length + "\r\n\r\n")
                        .send(begun));
            }
            accepted(stalled.size());

            CompletableFuture.runAsync(() -> {}, KIT.system().dispatchers().lookup(DispatcherSelector.blocking()))
                    .join();

            for (RawConnection one : stalled) {
                one.send(Arrays.copyOfRange(whole, begun.length, whole.length));
                assertThat(one.response().status()).isEqualTo(202);
            }
        } finally {
            for (RawConnection one : stalled) {
                one.close();
            }
        }
    }

    /** Where the second file of a zip begins. */
    private static int second(byte[] zip) {
        return new String(zip, StandardCharsets.ISO_8859_1).indexOf("PK\3\4", 1);
    }

    /** Zeros of a length, and an image. */
    private static byte[] mixed(byte[] first) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("first.png"));
            zip.write(first);
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("a.png"));
            zip.write(PNG);
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }
}
