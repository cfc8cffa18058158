package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentCodingsTest {
    private static final String LONG = "{\"label\":\"Cat\"}".repeat(200);

    private static HttpRequest asking(String acceptEncoding) {
        return HttpRequest.create().addHeader(RawHeader.create("Accept-Encoding", acceptEncoding));
    }

    private static HttpResponse answer(ContentType type, byte[] body) {
        return HttpResponse.create().withEntity(HttpEntities.create(type, body));
    }

    private static HttpResponse json(String body) {
        return answer(ContentTypes.APPLICATION_JSON, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String header(HttpResponse response, String name) {
        return response.getHeader(name).map(header -> header.value()).orElse("-");
    }

    private static byte[] bytes(HttpResponse response) {
        return ((HttpEntity.Strict) response.entity()).getData().toArray();
    }

    private static byte[] decoded(HttpResponse response) throws IOException {
        byte[] coded = bytes(response);
        return switch (header(response, "Content-Encoding")) {
            case "zstd" -> Zstd.decompress(coded, (int) Zstd.getFrameContentSize(coded));
            case "gzip" -> new GZIPInputStream(new ByteArrayInputStream(coded)).readAllBytes();
            default -> coded;
        };
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    gzip                                  | gzip
                    zstd                                  | zstd
                    gzip, zstd                            | zstd
                    gzip, deflate, br, zstd               | zstd
                    gzip;q=1.0, zstd;q=0.5                | gzip
                    zstd;q=0, gzip                        | gzip
                    zstd;q=0, gzip;q=0                    | -
                    gzip;q=0.5                            | gzip
                    identity, gzip;q=0.5                  | -
                    identity;q=0.5, gzip;q=1.0            | gzip
                    gzip, identity;q=0                    | gzip
                    *                                     | zstd
                    *;q=0                                 | -
                    zstd;q=0, *                           | gzip
                    br, deflate                           | -
                    GZIP                                  | gzip
                    """)
    void coding_shouldBeTheOneThatTheClientPrefers(String accepted, String coding) throws IOException {
        HttpResponse response = ContentCodings.encode(asking(accepted), json(LONG));

        assertThat(header(response, "Content-Encoding")).isEqualTo(coding);
        assertThat(header(response, "Vary")).isEqualTo("Accept-Encoding");
        assertThat(new String(decoded(response), StandardCharsets.UTF_8)).isEqualTo(LONG);
        assertThat(response.entity().getContentType()).isEqualTo(ContentTypes.APPLICATION_JSON);
    }

    @Test
    void clientThatSaysNothing_shouldGetItPlain() {
        HttpResponse response = ContentCodings.encode(HttpRequest.create(), json(LONG));

        assertThat(header(response, "Content-Encoding")).isEqualTo("-");
        assertThat(header(response, "Vary")).isEqualTo("Accept-Encoding");
    }

    /** The standard's own decoder reads what the other library wrote, whatever it was. */
    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 65_536, 131_072, 131_073, 3_000_000})
    void anyBody_shouldComeBackAsItWas(int length) throws IOException {
        byte[] body = new byte[length];
        Random random = new Random(length);
        for (int i = 0; i < length; i++) {
            body[i] = (byte) (i % 4096 < 2048 ? random.nextInt() : 'x');
        }
        ContentType text = ContentTypes.TEXT_PLAIN_UTF8;

        assertThat(decoded(ContentCodings.encode(asking("zstd"), answer(text, body))))
                .isEqualTo(body);
        assertThat(decoded(ContentCodings.encode(asking("gzip"), answer(text, body))))
                .isEqualTo(body);
    }

    @Test
    void shortBodiesImagesAndStreams_shouldStayAsTheyAre() {
        HttpResponse tiny = json("{\"status\":\"ok\"}");
        HttpResponse image = answer(MediaTypes.IMAGE_PNG.toContentType(), new byte[5000]);
        HttpResponse events = ServerEvents.response(Source.single(ByteString.fromString(LONG)));

        assertThat(ContentCodings.encode(asking("zstd"), tiny)).isSameAs(tiny);
        assertThat(ContentCodings.encode(asking("zstd"), image)).isSameAs(image);
        assertThat(ContentCodings.encode(asking("zstd"), events)).isSameAs(events);
    }

    @Test
    void tagOfACompressedAnswer_shouldBeWeak() {
        HttpResponse tagged = json(LONG).addHeader(RawHeader.create("ETag", "\"v1\""));

        assertThat(header(ContentCodings.encode(asking("zstd"), tagged), "ETag"))
                .isEqualTo("W/\"v1\"");
        assertThat(header(ContentCodings.encode(HttpRequest.create(), tagged), "ETag"))
                .isEqualTo("\"v1\"");
    }

    @Test
    void notModified_shouldVaryAsTheAnswerItself() {
        HttpResponse known = HttpResponse.create().withStatus(StatusCodes.NOT_MODIFIED);

        assertThat(header(ContentCodings.encode(asking("zstd"), Replies.vary(known, "Accept")), "Vary"))
                .isEqualTo("Accept, Accept-Encoding");
    }
}
