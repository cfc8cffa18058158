package flotilla.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * A file of the jar as browsers are sent it. A page comes with a policy that lets it run its own scripts and ask this gateway,
 * and nobody else. It may turn text into markup nowhere, unless it is one of those that style their elements in markup.
 *
 * @param version changes with the content
 * @param policy the page's Content-Security-Policy; empty for what is no page
 * @see <a href="https://www.w3.org/TR/CSP3/">Content Security Policy</a>
 * @see <a href="https://www.w3.org/TR/trusted-types/">Trusted Types</a>
 */
record WebFile(ContentType type, byte[] bytes, String version, Optional<String> policy) {
    private static final Pattern INLINE_SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);
    private static final int VERSION_DIGITS = 16;

    /** Where a page has its styles. */
    enum Styles {
        /** In files of their own. */
        IN_FILES("", " require-trusted-types-for 'script'; trusted-types 'none';"),
        /** In its elements too, which it makes from text. */
        ANYWHERE(" 'unsafe-inline'", "");

        private final String inline;
        private final String markup;

        Styles(String inline, String markup) {
            this.inline = inline;
            this.markup = markup;
        }
    }

    /**
     * Reads a file.
     *
     * @param resource its name among the resources
     * @param styles where it has its styles, if it is a page
     */
    static WebFile of(String resource, ContentType type, Styles styles) {
        return of(read(resource), type, styles);
    }

    /**
     * Reads a text and fills it in.
     *
     * @param filled from the text of the jar to that which is sent
     */
    static WebFile of(String resource, ContentType type, Styles styles, UnaryOperator<String> filled) {
        String text = new String(read(resource), StandardCharsets.UTF_8);
        return of(filled.apply(text).getBytes(StandardCharsets.UTF_8), type, styles);
    }

    private static WebFile of(byte[] bytes, ContentType type, Styles styles) {
        boolean page = type.mediaType().subType().equals("html");
        return new WebFile(
                type,
                bytes,
                HexFormat.of().formatHex(sha256(bytes)).substring(0, VERSION_DIGITS),
                page ? Optional.of(policy(new String(bytes, StandardCharsets.UTF_8), styles)) : Optional.empty());
    }

    HttpResponse response(HttpRequest request) {
        HttpResponse response = Conditional.answer(
                request, version, () -> HttpResponse.create().withEntity(HttpEntities.create(type, bytes)));
        HttpResponse checked = response.addHeader(RawHeader.create("Cache-Control", "no-cache"));
        return policy.map(text -> checked.addHeader(RawHeader.create("Content-Security-Policy", text)))
                .orElse(checked);
    }

    private static String policy(String page, Styles styles) {
        StringBuilder scripts = new StringBuilder("'self'");
        Matcher inline = INLINE_SCRIPT.matcher(page);
        while (inline.find()) {
            byte[] hash = sha256(inline.group(1).getBytes(StandardCharsets.UTF_8));
            scripts.append(" 'sha256-")
                    .append(Base64.getEncoder().encodeToString(hash))
                    .append('\'');
        }
        return "default-src 'none'; script-src " + scripts + "; style-src 'self'" + styles.inline + ";" + styles.markup
                + " img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none';"
                + " frame-ancestors 'none'";
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] read(String resource) {
        try (InputStream in = WebFile.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
