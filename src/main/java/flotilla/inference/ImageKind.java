package flotilla.inference;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

/** The kinds of images that are decoded here, told apart by their first bytes and never by a file name. */
enum ImageKind {
    JPEG("image/jpeg", new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF}),
    PNG("image/png", new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}),
    GIF("image/gif", "GIF8".getBytes(StandardCharsets.US_ASCII));

    private final String contentType;
    private final byte[] signature;

    ImageKind(String contentType, byte[] signature) {
        this.contentType = contentType;
        this.signature = signature;
    }

    String contentType() {
        return contentType;
    }

    /** The kind whose signature begins {@code prefix}. */
    static Optional<ImageKind> of(byte[] prefix) {
        return Stream.of(values())
                .filter(kind -> prefix.length >= kind.signature.length && kind.agreesWith(prefix))
                .findFirst();
    }

    /** Whether {@code prefix} is shorter than a signature and could still become one. */
    static boolean mayBecomeOne(byte[] prefix) {
        return Stream.of(values()).anyMatch(kind -> prefix.length < kind.signature.length && kind.agreesWith(prefix));
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
        for (int i = 0; i < Math.min(prefix.length, signature.length); i++) {
            if (prefix[i] != signature[i]) {
                return false;
            }
        }
        return true;
    }
}
