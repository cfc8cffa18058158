package flotilla.inference;

import java.util.Optional;

/**
 * How a stored image must be turned to be seen upright, as cameras note it in EXIF. With stored width {@code w} and height
 * {@code h}, pixel {@code (x, y)} of the upright image is the stored one at
 *
 * <pre>  column = mirrored ? w − 1 − c : c    row = flipped ? h − 1 − r : r</pre>
 *
 * <p>where {@code (c, r)} is {@code (y, x)} when transposed and {@code (x, y)} otherwise.
 *
 * @see <a href="https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf">Exif 2.32, 4.6.4, Orientation</a>
 */
enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    HALF_TURN(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    /** Seen upright after a quarter turn clockwise; what most phones write. */
    QUARTER_TURN(true, false, true),
    TRANSVERSE(true, true, true),
    THREE_QUARTER_TURN(true, true, false);

    private static final int TAG = 0x0112;
    private static final int SHORT = 3;
    private static final int ENTRY_LENGTH = 12;

    private final boolean transposed;
    private final boolean mirrored;
    private final boolean flipped;

    Orientation(boolean transposed, boolean mirrored, boolean flipped) {
        this.transposed = transposed;
        this.mirrored = mirrored;
        this.flipped = flipped;
    }

    /** What a whole image says; upright when it says nothing, or nonsense. */
    static Orientation of(ImageKind kind, byte[] image) {
        Optional<Bytes.Range> exif =
                switch (kind) {
                    case JPEG ->
                        JpegHeader.scan(image) instanceof HeaderScan.Found<JpegHeader> found
                                ? found.header().exif()
                                : Optional.empty();
                    case PNG -> PngHeader.exif(image);
                    case WEBP -> WebpFrame.exif(image);
                    case GIF -> Optional.empty();
                };
        return exif.map(range -> read(image, range)).orElse(UPRIGHT);
    }

    boolean transposed() {
        return transposed;
    }

    boolean mirrored() {
        return mirrored;
    }

    boolean flipped() {
        return flipped;
    }

    /** EXIF is laid out as a TIFF file; the orientation is an entry of its first directory. */
    private static Orientation read(byte[] bytes, Bytes.Range exif) {
        boolean little = Bytes.isAt(bytes, exif.from(), "II*\0");
        if (exif.length() < 8 || !little && !Bytes.isAt(bytes, exif.from(), "MM\0*")) {
            return UPRIGHT;
        }
        int offset = little ? Bytes.little32(bytes, exif.from() + 4) : Bytes.big32(bytes, exif.from() + 4);
        if (offset < 8 || offset > exif.length() - 2) {
            return UPRIGHT;
        }
        int directory = exif.from() + offset;
        int entries = short16(bytes, directory, little);
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + i * ENTRY_LENGTH;
            if (entry > exif.to() - ENTRY_LENGTH) {
                return UPRIGHT;
            }
            if (short16(bytes, entry, little) == TAG) {
                int value = short16(bytes, entry + 8, little);
                return short16(bytes, entry + 2, little) == SHORT && value >= 1 && value <= values().length
                        ? values()[value - 1]
                        : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    private static int short16(byte[] bytes, int at, boolean little) {
        return little ? Bytes.little16(bytes, at) : Bytes.big16(bytes, at);
    }
}
