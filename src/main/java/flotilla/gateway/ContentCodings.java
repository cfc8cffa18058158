package flotilla.gateway;

import io.airlift.compress.zstd.ZstdCompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Compresses answers for clients that take it, with zstd or gzip. Only whole bodies are: a stream of events must not wait in a
 * compressor. Short ones are not worth it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8878">RFC 8878, zstd</a>
 */
final class ContentCodings {
    private static final String ZSTD = "zstd";
    private static final String GZIP = "gzip";
    private static final String IDENTITY = "identity";
    private static final int WORTH_IT = 1000;
    private static final Set<String> COMPRESSIBLE =
            Set.of("application/json", "application/problem+json", BatchResults.LINES_TYPE, "application/javascript");

    private ContentCodings() {}

    /** The answer in the coding that its client prefers. */
    static HttpResponse encode(HttpRequest request, HttpResponse response) {
        if (response.status().equals(StatusCodes.NOT_MODIFIED)) {
            return Replies.vary(response, "Accept-Encoding");
        }
        HttpEntity entity = response.entity();
        if (!(entity instanceof HttpEntity.Strict body)
                || !isText(entity.getContentType())
                || body.getData().size() < WORTH_IT
                || response.getHeader("Content-Encoding").isPresent()) {
            return response;
        }
        HttpResponse varying = Replies.vary(response, "Accept-Encoding");
        return coding(Accepted.codings(request))
                .map(coding -> encoded(varying, coding, body))
                .orElse(varying);
    }

    private static boolean isText(ContentType type) {
        return type.mediaType().mainType().equals("text")
                || COMPRESSIBLE.contains(type.mediaType().toString());
    }

    /** Not compressed only for those who take neither, or say that they like it better. */
    private static Optional<String> coding(Accepted accepted) {
        boolean zstd = accepted.takes(ZSTD);
        if (!zstd && !accepted.takes(GZIP)) {
            return Optional.empty();
        }
        String best = zstd && !accepted.heavier(GZIP, ZSTD) ? ZSTD : GZIP;
        return accepted.heavier(IDENTITY, best) ? Optional.empty() : Optional.of(best);
    }

    private static HttpResponse encoded(HttpResponse response, String coding, HttpEntity.Strict body) {
        byte[] plain = body.getData().toArray();
        byte[] coded = coding.equals(ZSTD) ? zstd(plain) : gzip(plain);
        HttpResponse answer = response.withEntity(HttpEntities.create(body.getContentType(), coded))
                .addHeader(RawHeader.create("Content-Encoding", coding));
        // Other bytes under the same strong tag would be a lie (RFC 9110, 8.8.3).
        return response.getHeader("ETag")
                .filter(tag -> !tag.value().startsWith("W/"))
                .map(tag -> answer.removeHeader("ETag").addHeader(RawHeader.create("ETag", "W/" + tag.value())))
                .orElse(answer);
    }

    private static byte[] zstd(byte[] plain) {
        ZstdCompressor compressor = new ZstdCompressor();
        byte[] coded = new byte[compressor.maxCompressedLength(plain.length)];
        int length = compressor.compress(plain, 0, plain.length, coded, 0, coded.length);
        return Arrays.copyOf(coded, length);
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(coded)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return coded.toByteArray();
    }
}
