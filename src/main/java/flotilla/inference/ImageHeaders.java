package flotilla.inference;

import flotilla.domain.FailureCode;
import flotilla.protocol.ImageInspector;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Reads kind and size of JPEG, PNG and GIF from their first bytes. Allocates nothing by what a header claims, so it can
 * be asked about hostile bytes. Stateless; any number of threads.
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annex B</a>
 * @see <a href="https://www.w3.org/TR/png-3/#11IHDR">PNG, IHDR</a>
 */
public final class ImageHeaders implements ImageInspector {
    /** The longest side taken, in pixels; it is also the longest that JPEG and GIF can express. */
    public static final int MAX_SIDE = 65_535;

    private static final String REMEDY = "send a JPEG, PNG or GIF";

    private static final int PNG_HEADER_END = 33;

    private final long maxPixels;

    /**
     * @param maxPixels the most pixels (width times height) accepted
     */
    public ImageHeaders(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    @Override
    public Inspection inspect(byte[] prefix, boolean complete) {
        if (prefix.length == 0 && complete) {
            return unsupported("the image is empty (0 bytes)");
        }
        Inspection inspection = ImageKind.of(prefix)
                .map(kind -> switch (kind) {
                    case JPEG -> jpeg(prefix);
                    case PNG -> png(prefix);
                    case GIF -> gif(prefix);
                })
                .orElseGet(() -> ImageKind.mayBecomeOne(prefix)
                        ? new Inspection.Incomplete()
                        : unsupported("this is not a JPEG, PNG or GIF"));
        return complete && inspection instanceof Inspection.Incomplete
                ? damaged("the image ends within its header")
                : inspection;
    }

    private Inspection jpeg(byte[] bytes) {
        int at = 2;
        while (true) {
            // Like libjpeg, pass over stray bytes before a marker and any number of fill bytes in it.
            while (at < bytes.length && bytes[at] != (byte) 0xFF) {
                at++;
            }
            while (at < bytes.length && bytes[at] == (byte) 0xFF) {
                at++;
            }
            if (at >= bytes.length) {
                return new Inspection.Incomplete();
            }
            int marker = bytes[at++] & 0xFF;
            if (marker == 0 || marker == 0x01 || marker >= 0xD0 && marker <= 0xD8) {
                continue; // A stuffed byte, TEM, RSTn, SOI: no segment follows.
            }
            if (marker == 0xD9 || marker == 0xDA) {
                return damaged("this JPEG has no frame header before its data");
            }
            if (bytes.length < at + 2) {
                return new Inspection.Incomplete();
            }
            int length = bigEndianShort(bytes, at);
            if (isFrameHeader(marker)) {
                return jpegFrame(bytes, at, marker, length);
            }
            if (length < 2) {
                return damaged("the segments of this JPEG are broken");
            }
            at += length;
        }
    }

    private Inspection jpegFrame(byte[] bytes, int at, int marker, int length) {
        if (marker != 0xC0 && marker != 0xC1 && marker != 0xC2 && marker != 0xC9 && marker != 0xCA) {
            return unsupported("this JPEG is lossless or hierarchical, which is not decoded here");
        }
        if (length < 8) {
            return damaged("the frame header of this JPEG is broken");
        }
        if (bytes.length < at + 8) {
            return new Inspection.Incomplete();
        }
        int precision = bytes[at + 2] & 0xFF;
        int components = bytes[at + 7] & 0xFF;
        if (components == 0 || length != 8 + 3 * components) {
            return damaged("the frame header of this JPEG is broken");
        }
        if (precision != 8) {
            return unsupported("this JPEG has " + precision + " bits for each sample, which is not decoded here");
        }
        return sized(ImageKind.JPEG, bigEndianShort(bytes, at + 5), bigEndianShort(bytes, at + 3));
    }

    /** SOF0 to SOF15 without DHT, JPG and DAC, which lie among them. */
    private static boolean isFrameHeader(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private Inspection png(byte[] bytes) {
        if (bytes.length < PNG_HEADER_END) {
            return new Inspection.Incomplete();
        }
        boolean namedHeader =
                bigEndianInt(bytes, 8) == 13 && new String(bytes, 12, 4, StandardCharsets.ISO_8859_1).equals("IHDR");
        if (!namedHeader) {
            return damaged("this PNG does not begin with its header");
        }
        Inspection sized = sized(ImageKind.PNG, bigEndianInt(bytes, 16), bigEndianInt(bytes, 20));
        if (sized instanceof Inspection.Accepted && !isValidPngHeader(bytes)) {
            return damaged("the header of this PNG is broken");
        }
        return sized;
    }

    private static boolean isValidPngHeader(byte[] bytes) {
        int depth = bytes[24];
        boolean depthFitsColour =
                switch (bytes[25]) {
                    case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
                    case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
                    case 2, 4, 6 -> depth == 8 || depth == 16;
                    default -> false;
                };
        CRC32 sum = new CRC32();
        sum.update(bytes, 12, 17);
        return depthFitsColour
                && bytes[26] == 0
                && bytes[27] == 0
                && (bytes[28] == 0 || bytes[28] == 1)
                && (int) sum.getValue() == bigEndianInt(bytes, 29);
    }

    private Inspection gif(byte[] bytes) {
        GifFrame.Scan scan = GifFrame.scan(bytes);
        if (scan instanceof GifFrame.Scan.Found frame) {
            return sized(ImageKind.GIF, frame.canvasWidth(), frame.canvasHeight());
        }
        return scan instanceof GifFrame.Scan.Broken broken
                ? damaged("this GIF cannot be read: " + broken.reason())
                : new Inspection.Incomplete();
    }

    private Inspection sized(ImageKind kind, int width, int height) {
        if (width <= 0 || height <= 0) {
            return damaged("the header of this " + kind + " gives no valid size");
        }
        long pixels = (long) width * height;
        if (pixels > maxPixels) {
            return new Inspection.Refused(
                    FailureCode.TOO_MANY_PIXELS,
                    "the image has " + pixels + " pixels (" + width + "x" + height + "), more than the " + maxPixels
                            + " taken; send a smaller one");
        }
        if (Math.max(width, height) > MAX_SIDE) {
            return new Inspection.Refused(
                    FailureCode.TOO_MANY_PIXELS,
                    "the image is " + width + "x" + height + " pixels, and the longest side taken is " + MAX_SIDE
                            + "; send a smaller one");
        }
        return new Inspection.Accepted(kind.contentType(), width, height);
    }

    private static Inspection unsupported(String reason) {
        return new Inspection.Refused(FailureCode.UNSUPPORTED_TYPE, reason + "; " + REMEDY);
    }

    private static Inspection damaged(String reason) {
        return new Inspection.Refused(FailureCode.DAMAGED, reason + "; send it again, undamaged");
    }

    private static int bigEndianShort(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    private static int bigEndianInt(byte[] bytes, int at) {
        return bigEndianShort(bytes, at) << 16 | bigEndianShort(bytes, at + 2);
    }
}
