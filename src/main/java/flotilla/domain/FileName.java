package flotilla.domain;

import java.util.Optional;

/**
 * The name that a client gave to an image, made safe to be part of a storage key: the last segment of a path, without
 * control characters and the others that XML 1.0 does not have (half a surrogate pair, U+FFFE, U+FFFF). S3 lists its keys in XML,
 * and one such key would make every listing that it is in unreadable.
 *
 * @param value 1 to 255 characters, without {@code /} and {@code \}
 */
public record FileName(String value) {
    /** The longest name taken, in characters. */
    public static final int MAX_LENGTH = 255;

    public FileName {
        if (value.isBlank() || value.length() > MAX_LENGTH || !value.equals(lastSegment(value)) || isUnsafe(value)) {
            throw new IllegalArgumentException("not a safe file name: " + value);
        }
    }

    /**
     * Cleans a name sent by a client. A path is cut to its last segment (some browsers send whole paths); a name that
     * climbs ({@code ..} as a segment), is empty, too long or holds control characters or others that S3 cannot list is refused.
     *
     * @see <a href="https://www.w3.org/TR/xml/#charsets">characters of XML 1.0</a>
     */
    public static Optional<FileName> of(String raw) {
        if (raw == null) {
            return Optional.empty();
        }
        for (String segment : raw.split("[/\\\\]")) {
            if (segment.strip().equals("..")) {
                return Optional.empty();
            }
        }
        String name = lastSegment(raw).strip();
        if (name.isEmpty() || name.length() > MAX_LENGTH || isUnsafe(name)) {
            return Optional.empty();
        }
        return Optional.of(new FileName(name));
    }

    /** The name without its last extension: {@code test_000} for {@code test_000.jpg}; a leading dot is no extension. */
    public String stem() {
        int dot = value.lastIndexOf('.');
        return dot <= 0 ? value : value.substring(0, dot);
    }

    private static String lastSegment(String raw) {
        return raw.substring(Math.max(raw.lastIndexOf('/'), raw.lastIndexOf('\\')) + 1);
    }

    private static boolean isUnsafe(String name) {
        return name.equals(".") || name.equals("..") || name.codePoints().anyMatch(FileName::isUnlistable);
    }

    private static boolean isUnlistable(int character) {
        return Character.isISOControl(character)
                || Character.getType(character) == Character.SURROGATE
                || character == 0xFFFE
                || character == 0xFFFF;
    }

    @Override
    public String toString() {
        return value;
    }
}
