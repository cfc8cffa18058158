package flotilla.inference;

import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

/** The kinds of images that are decoded here, told apart by their first bytes and never by a file name. */
enum ImageKind {
    JPEG("JPEG", "image/jpeg", "\u00FF\u00D8\u00FF"),
    PNG("PNG", "image/png", "\u0089PNG\r\n\u001A\n"),
    GIF("GIF", "image/gif", "GIF8"),
    WEBP("WebP", "image/webp", "RIFF????WEBP");

    /** Those that are taken, for people. */
    static final String ALL = "JPEG, PNG, GIF or WebP";

    /** Stands for any byte in a signature; none has it as itself. */
    private static final char ANY = '?';

    private final String text;
    private final String contentType;
    private final String signature;

    ImageKind(String text, String contentType, String signature) {
        this.text = text;
        this.contentType = contentType;
        this.signature = signature;
    }

    String contentType() {
        return contentType;
    }

    /** Its name for people. */
    @Override
    public String toString() {
        return text;
    }

    /** The kind whose signature begins {@code prefix}. */
    static Optional<ImageKind> of(byte[] prefix) {
        return Stream.of(values())
                .filter(kind -> prefix.length >= kind.signature.length() && kind.agreesWith(prefix))
                .findFirst();
    }

    /** Whether {@code prefix} is shorter than a signature and could still become one. */
    static boolean mayBecomeOne(byte[] prefix) {
        return Stream.of(values()).anyMatch(kind -> prefix.length < kind.signature.length() && kind.agreesWith(prefix));
    }

    /** A new reader; its user disposes of it. */
    ImageReader newReader() {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(contentType);
        if (!readers.hasNext()) {
            throw new IllegalStateException("this Java runtime has no reader for " + contentType
                    + "; use a full JDK or JRE 17 or newer with the module java.desktop");
        }
        return readers.next();
    }

    private boolean agreesWith(byte[] prefix) {
        for (int i = 0; i < Math.min(prefix.length, signature.length()); i++) {
            if (signature.charAt(i) != ANY && signature.charAt(i) != (prefix[i] & 0xFF)) {
                return false;
            }
        }
        return true;
    }
}
