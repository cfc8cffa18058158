package flotilla.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import flotilla.config.StorageSettings;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Keys that every S3 service signs and stores alike. Pekko Connectors sends the characters <code>!$&'()*,:;=@</code> of a
 * key as they are but signs their percent-encoded form; AWS accepts that, S3Proxy and others refuse the signature. So these
 * are percent-encoded within the key itself, and {@code %} too, so that no two names become one: {@code photo (1).jpg} is
 * the object {@code photo %281%29.jpg}. All other characters, Unicode included, stay as they are. A segment that is then longer
 * than file systems take, where S3's stand-in keeps objects, is cut; its last extension stays. What is cut is a client's file name
 * only, which stands whole in message and result.
 */
final class S3Keys {
    private static final String ENCODED = "!$&'()*,:;=@%";
    /** The longest segment of a key, in bytes of UTF-8: of the 255 that file systems take some are left for their temporary names. */
    private static final int LONGEST_SEGMENT = 200;
    /** Of one char in UTF-8. */
    private static final int MOST_BYTES = 3;

    private static final int ENCODED_LENGTH = "%25".length();
    /** What is longer behind the last dot is no extension, in bytes of UTF-8. */
    private static final int LONGEST_EXTENSION = 20;

    private S3Keys() {}

    /** The key of {@code name} below the configured prefix. */
    static String of(StorageSettings storage, String name) {
        return storage.prefix() + safe(name);
    }

    /** Whether a key has a segment that file systems and HTTP clients take for a step in the tree. */
    static boolean climbs(String key) {
        return Arrays.stream(key.split("/", -1)).anyMatch(part -> part.equals("..") || part.equals("."));
    }

    static String safe(String name) {
        StringBuilder key = new StringBuilder(name.length());
        name.chars().forEach(c -> {
            if (ENCODED.indexOf(c) >= 0) {
                key.append('%').append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
            } else {
                key.append((char) c);
            }
        });
        return key.length() <= LONGEST_SEGMENT / MOST_BYTES ? key.toString() : cut(key.toString());
    }

    private static String cut(String key) {
        return Arrays.stream(key.split("/", -1)).map(S3Keys::cutSegment).collect(Collectors.joining("/"));
    }

    private static String cutSegment(String segment) {
        if (bytes(segment) <= LONGEST_SEGMENT) {
            return segment;
        }
        int dot = segment.lastIndexOf('.');
        String extension = dot > 0 && bytes(segment.substring(dot)) <= LONGEST_EXTENSION ? segment.substring(dot) : "";
        return beginning(segment, LONGEST_SEGMENT - bytes(extension)) + extension;
    }

    /** As many whole characters as fit. */
    private static String beginning(String text, int mostBytes) {
        int end = 0;
        int bytes = 0;
        while (end < text.length()) {
            int next = Character.charCount(text.codePointAt(end));
            // An encoded character is not cut in two, or two names could not be told apart from a third.
            next = text.charAt(end) == '%' ? ENCODED_LENGTH : next;
            bytes += bytes(text.substring(end, end + next));
            if (bytes > mostBytes) {
                break;
            }
            end += next;
        }
        return text.substring(0, end);
    }

    private static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }
}
