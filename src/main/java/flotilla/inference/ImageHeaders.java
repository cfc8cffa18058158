package flotilla.inference;

import flotilla.domain.FailureCode;
import flotilla.protocol.ImageInspector;

/**
 * Reads kind and size of JPEG, PNG, GIF and WebP from their first bytes. Allocates nothing by what a header claims, so it
 * can be asked about hostile bytes. Stateless; any number of threads.
 */
public final class ImageHeaders implements ImageInspector {
    /** The longest side taken, in pixels; it is also the longest that JPEG and GIF can express. */
    public static final int MAX_SIDE = 65_535;

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
                    case JPEG -> inspection(kind, JpegHeader.scan(prefix));
                    case PNG -> inspection(kind, PngHeader.scan(prefix));
                    case GIF -> inspection(kind, GifFrame.scan(prefix));
                    case WEBP -> inspection(kind, WebpHeader.scan(prefix));
                })
                .orElseGet(() -> ImageKind.mayBecomeOne(prefix)
                        ? new Inspection.Incomplete()
                        : unsupported(ForeignKind.of(prefix)
                                .map(foreign -> "this is " + foreign.text() + ", which is not decoded here")
                                .orElse("this is not a " + ImageKind.ALL)));
        return complete && inspection instanceof Inspection.Incomplete
                ? damaged("the image ends within its header")
                : inspection;
    }

    private <H extends ImageSize> Inspection inspection(ImageKind kind, HeaderScan<H> scan) {
        if (scan instanceof HeaderScan.Found<H> found) {
            return sized(kind, found.header().width(), found.header().height());
        }
        if (scan instanceof HeaderScan.Broken<H> broken) {
            return damaged("this " + kind + " " + broken.reason());
        }
        return scan instanceof HeaderScan.Unsupported<H> unsupported
                ? unsupported("this " + kind + " " + unsupported.reason())
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
        return new Inspection.Refused(FailureCode.UNSUPPORTED_TYPE, reason + "; send a " + ImageKind.ALL);
    }

    private static Inspection damaged(String reason) {
        return new Inspection.Refused(FailureCode.DAMAGED, reason + "; send it again, undamaged");
    }
}
