package flotilla.aws.s3;

import flotilla.config.StorageSettings;
import java.util.Arrays;
import java.util.Locale;

/**
 * Keys that every S3 service signs and stores alike. Pekko Connectors sends the characters <code>!$&'()*,:;=@</code> of a
 * key as they are but signs their percent-encoded form; AWS accepts that, S3Proxy and others refuse the signature. So these
 * are percent-encoded within the key itself, and {@code %} too, so that no two names become one: {@code photo (1).jpg} is
 * the object {@code photo %281%29.jpg}. All other characters, Unicode included, stay as they are.
 */
final class S3Keys {
    private static final String ENCODED = "!$&'()*,:;=@%";

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
        return key.toString();
    }
}
