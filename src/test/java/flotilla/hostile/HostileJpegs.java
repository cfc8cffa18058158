package flotilla.hostile;

import static flotilla.domain.FailureCode.DAMAGED;
import static flotilla.domain.FailureCode.TOO_MANY_PIXELS;
import static flotilla.domain.FailureCode.UNSUPPORTED_TYPE;
import static flotilla.hostile.Encoded.ascii;
import static flotilla.hostile.Encoded.joined;
import static flotilla.hostile.Encoded.repeated;
import static flotilla.hostile.Encoded.with;
import static flotilla.hostile.HostileImage.RefusedBy.DECODER;
import static flotilla.hostile.HostileImage.RefusedBy.HEADER;
import static flotilla.hostile.HostileImage.labelled;
import static flotilla.hostile.HostileImage.refused;
import static flotilla.hostile.Jpeg.APP0;
import static flotilla.hostile.Jpeg.BASELINE;
import static flotilla.hostile.Jpeg.COMMENT;
import static flotilla.hostile.Jpeg.HUFFMAN;
import static flotilla.hostile.Jpeg.PROGRESSIVE;
import static flotilla.hostile.Jpeg.QUANTISATION;
import static flotilla.hostile.Jpeg.SCAN;
import static flotilla.hostile.Jpeg.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** JPEGs that are damaged, swollen, of rare kinds or lie. */
final class HostileJpegs {
    private static final byte[] SOUND = Encoded.jpeg(64, 48);
    private static final byte[] GRADUAL = Encoded.progressiveJpeg(64, 48);
    /** A scan of one component's last coefficients that changes nothing. */
    private static final byte[] EMPTY_SCAN = joined(segment(SCAN, new byte[] {1, 1, 0, 63, 63, 0}), new byte[] {0});

    private HostileJpegs() {}

    static List<HostileImage> all() {
        List<HostileImage> all = new ArrayList<>(rarities());
        all.addAll(swollen());
        all.addAll(broken());
        for (int percent : new int[] {50, 75, 90, 99}) {
            all.add(refused(
                    "jpeg-cut-off-at-" + percent,
                    DECODER,
                    DAMAGED,
                    Arrays.copyOf(SOUND, SOUND.length * percent / 100)));
            all.add(refused(
                    "jpeg-progressive-cut-off-at-" + percent,
                    DECODER,
                    DAMAGED,
                    Arrays.copyOf(GRADUAL, GRADUAL.length * percent / 100)));
        }
        for (int orientation = 0; orientation <= 9; orientation++) {
            all.add(labelled("jpeg-orientation-" + orientation, withExif(LyingExif.orientation(orientation))));
        }
        return all;
    }

    private static List<HostileImage> rarities() {
        return Arrays.asList(
                labelled("jpeg-progressive", GRADUAL),
                labelled("jpeg-cmyk", Encoded.file("cmyk.jpg")),
                labelled("jpeg-ycck", Encoded.file("ycck.jpg")),
                refused("jpeg-of-twelve-bits", HEADER, UNSUPPORTED_TYPE, with(SOUND, Jpeg.at(SOUND, BASELINE) + 4, 12)),
                refused("jpeg-lossless", HEADER, UNSUPPORTED_TYPE, frameKind(0xC3)),
                refused("jpeg-hierarchical", HEADER, UNSUPPORTED_TYPE, frameKind(0xC5)),
                refused("jpeg-arithmetic", HEADER, UNSUPPORTED_TYPE, frameKind(0xC9)),
                refused("jpeg-arithmetic-progressive", HEADER, UNSUPPORTED_TYPE, frameKind(0xCA)),
                labelled("jpeg-with-a-zip-behind-it", joined(SOUND, HostileFiles.zip("a.txt", ascii("text")))),
                labelled(
                        "jpeg-with-a-page-in-its-comment",
                        Jpeg.first(SOUND, segment(COMMENT, ascii("<script>alert(1)</script>")))),
                labelled("jpeg-named-as-a-png", SOUND).called("photo.png"),
                labelled("jpeg-named-as-a-program", SOUND).called("photo.jpg.exe"));
    }

    private static List<HostileImage> swollen() {
        return Arrays.asList(
                refused("jpeg-huge-dimensions", HEADER, TOO_MANY_PIXELS, Jpeg.sized(SOUND, BASELINE, 65_535, 65_535)),
                refused(
                        "jpeg-two-thousand-scans",
                        DECODER,
                        UNSUPPORTED_TYPE,
                        joined(GRADUAL, repeated(EMPTY_SCAN, 2_000))),
                refused(
                        "jpeg-scans-over-many-pixels",
                        DECODER,
                        UNSUPPORTED_TYPE,
                        joined(Jpeg.sized(GRADUAL, PROGRESSIVE, 7_000, 7_000), repeated(EMPTY_SCAN, 60))),
                labelled(
                        "jpeg-ten-thousand-tables-first",
                        Jpeg.first(SOUND, repeated(segment(HUFFMAN, new byte[17]), 10_000))),
                labelled(
                        "jpeg-thousands-of-tables",
                        Jpeg.before(SOUND, SCAN, repeated(segment(SOUND, HUFFMAN), 20_000))),
                labelled("jpeg-long-metadata", Jpeg.first(SOUND, repeated(segment(APP0 + 1, new byte[0xFFFD]), 14))),
                labelled(
                        "jpeg-long-metadata-behind-its-frame",
                        Jpeg.before(SOUND, SCAN, repeated(segment(APP0 + 11, new byte[0xFFFD]), 60))),
                labelled("jpeg-profile-of-255-parts", Jpeg.first(SOUND, profile(255))),
                labelled("jpeg-hundred-thousand-fill-bytes", Jpeg.first(SOUND, filled(100_000))));
    }

    private static List<HostileImage> broken() {
        return Arrays.asList(
                refused("jpeg-signature-alone", HEADER, DAMAGED, Arrays.copyOf(SOUND, 3)),
                refused("jpeg-without-a-frame", HEADER, DAMAGED, Jpeg.without(SOUND, BASELINE)),
                refused("jpeg-without-pixels", DECODER, DAMAGED, Arrays.copyOf(SOUND, Jpeg.at(SOUND, SCAN))),
                refused("jpeg-without-height", HEADER, DAMAGED, Jpeg.sized(SOUND, BASELINE, 64, 0)),
                refused("jpeg-two-frames", DECODER, DAMAGED, Jpeg.before(SOUND, SCAN, segment(SOUND, BASELINE))),
                refused("jpeg-without-quantisation", DECODER, DAMAGED, Jpeg.without(SOUND, QUANTISATION)),
                refused("jpeg-sampling-of-zero", DECODER, DAMAGED, with(SOUND, Jpeg.at(SOUND, BASELINE) + 11, 0)),
                refused("jpeg-sampling-of-fifteen", DECODER, DAMAGED, with(SOUND, Jpeg.at(SOUND, BASELINE) + 11, 0xFF)),
                refused(
                        "jpeg-with-a-table-of-noise",
                        DECODER,
                        DAMAGED,
                        Jpeg.before(SOUND, SCAN, segment(HUFFMAN, repeated(new byte[] {(byte) 0xEE}, 200)))),
                refused("jpeg-taller-than-its-data", DECODER, DAMAGED, Jpeg.sized(SOUND, BASELINE, 64, 4_800)),
                labelled("jpeg-lying-exif", withExif(LyingExif.bytes())),
                labelled("jpeg-empty-exif", withExif(new byte[0])),
                labelled("jpeg-profile-that-is-none", Jpeg.first(SOUND, profile(1))));
    }

    private static byte[] frameKind(int marker) {
        return with(SOUND, Jpeg.at(SOUND, BASELINE) + 1, marker);
    }

    private static byte[] withExif(byte[] exif) {
        return Jpeg.first(SOUND, segment(APP0 + 1, joined(ascii("Exif\0\0"), exif)));
    }

    /** Parts of a colour profile that is none. */
    private static byte[] profile(int parts) {
        byte[][] segments = new byte[parts][];
        for (int i = 0; i < parts; i++) {
            segments[i] = segment(
                    APP0 + 2,
                    joined(ascii("ICC_PROFILE\0"), new byte[] {(byte) (i + 1), (byte) parts}, new byte[3_000]));
        }
        return joined(segments);
    }

    private static byte[] filled(int count) {
        byte[] fill = new byte[count];
        Arrays.fill(fill, (byte) 0xFF);
        return fill;
    }
}
