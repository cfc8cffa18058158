package flotilla.load;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One image file of the folder. */
record LoadImage(Path path) {
    private static final Map<String, String> MEDIA_TYPES = Map.ofEntries(
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("jpe", "image/jpeg"),
            Map.entry("jfif", "image/jpeg"),
            Map.entry("png", "image/png"),
            Map.entry("gif", "image/gif"),
            Map.entry("bmp", "image/bmp"),
            Map.entry("webp", "image/webp"),
            Map.entry("tif", "image/tiff"),
            Map.entry("tiff", "image/tiff"),
            Map.entry("avif", "image/avif"),
            Map.entry("heic", "image/heic"));

    /** Whether a file's name ends like an image's; hidden files are none. */
    static boolean isImage(String name) {
        return !name.startsWith(".") && mediaType(name).isPresent();
    }

    /** The media type that a name's extension stands for, in any letter case. */
    static Optional<String> mediaType(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0
                ? Optional.empty()
                : Optional.ofNullable(MEDIA_TYPES.get(name.substring(dot + 1).toLowerCase(Locale.ROOT)));
    }

    /** The name it is sent under. */
    String name() {
        return path.getFileName().toString();
    }

    /** The name without its extension, as the classic answers have it. */
    String stem() {
        String name = name();
        return name.substring(0, name.lastIndexOf('.'));
    }

    String mediaType() {
        return mediaType(name()).orElse("application/octet-stream");
    }
}
