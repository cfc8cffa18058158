package flotilla.inference;

import java.util.Optional;
import java.util.stream.Stream;

/** Kinds of files that are often taken for images that are decoded here, so that a refusal can call them by their name. */
enum ForeignKind {
    AVIF("an AVIF", 4, "ftypavif", "ftypavis"),
    HEIC("a HEIC", 4, "ftyphei", "ftyphev", "ftypmif1", "ftypmsf1"),
    JPEG_XL("a JPEG XL", 0, "\u00FF\n", "\0\0\0\fJXL "),
    JPEG_2000("a JPEG 2000", 0, "\0\0\0\fjP  ", "\u00FFO\u00FFQ"),
    TIFF("a TIFF", 0, "II*\0", "MM\0*", "II+\0", "MM\0+"),
    BMP("a BMP", 0, "BM"),
    ICON("an icon", 0, "\0\0\1\0", "\0\0\2\0"),
    PHOTOSHOP("a Photoshop file", 0, "8BPS"),
    PDF("a PDF", 0, "%PDF"),
    SVG("an SVG", 0, "<svg", "<?xml", "<!DOCTYPE svg");

    private final String text;
    private final int at;
    private final String[] signatures;

    ForeignKind(String text, int at, String... signatures) {
        this.text = text;
        this.at = at;
        this.signatures = signatures;
    }

    /** Its name for people, with its article. */
    String text() {
        return text;
    }

    /** The kind that {@code prefix} seems to be the beginning of. */
    static Optional<ForeignKind> of(byte[] prefix) {
        return Stream.of(values())
                .filter(kind ->
                        Stream.of(kind.signatures).anyMatch(signature -> Bytes.isAt(prefix, kind.at, signature)))
                .findFirst();
    }
}
