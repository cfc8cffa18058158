package flotilla.inference;

/**
 * The two ways in which a JPEG stores four inks, and how both become RGB, as Pillow does it. Inks are stored inverted: 255
 * is none of it. Adobe's programs began that, all others followed, and readers go by it even where Adobe's marker is
 * missing. With stored inks {@code c}, {@code m}, {@code y} and {@code k}, red is
 *
 * <pre>  R = k − (255 − c)·k / 255</pre>
 *
 * <p>and so on, rounded. Printing profiles are not looked at.
 *
 * @see <a href="https://www.itu.int/rec/T-REC-T.872">ITU-T T.872, 6.5.3, Adobe's marker</a>
 */
enum JpegInks {
    CMYK,
    /** {@code Y, Cb, Cr} stand for {@code 255 − c, 255 − m, 255 − y}, in the way that they stand for {@code R, G, B}. */
    YCCK;

    static final int COMPONENTS = 4;

    private static final int ADOBE_YCCK = 2;
    private static final int HALF = 1 << 15;
    /** Fractions of 16 bits, as in libjpeg. */
    private static final int CR_TO_RED = 91_881;

    private static final int CB_TO_GREEN = 22_554;
    private static final int CR_TO_GREEN = 46_802;
    private static final int CB_TO_BLUE = 116_130;

    static JpegInks of(JpegHeader header) {
        return header.adobeTransform().orElse(0) == ADOBE_YCCK ? YCCK : CMYK;
    }

    /**
     * Converts a row.
     *
     * @param stored four samples for each pixel
     * @param rgb filled from {@code at} on with R, G, B of each pixel, 0 to 255
     */
    void toRgb(byte[] stored, int pixels, int[] rgb, int at) {
        int to = at;
        for (int from = 0; from < COMPONENTS * pixels; from += COMPONENTS, to += 3) {
            int first = stored[from] & 0xFF;
            int second = stored[from + 1] & 0xFF;
            int third = stored[from + 2] & 0xFF;
            int black = stored[from + 3] & 0xFF;
            if (this == YCCK) {
                int cb = second - 128;
                int cr = third - 128;
                rgb[to] = light(clamp(first + (CR_TO_RED * cr + HALF >> 16)), black);
                rgb[to + 1] = light(clamp(first + (HALF - CB_TO_GREEN * cb - CR_TO_GREEN * cr >> 16)), black);
                rgb[to + 2] = light(clamp(first + (CB_TO_BLUE * cb + HALF >> 16)), black);
            } else {
                rgb[to] = light(255 - first, black);
                rgb[to + 1] = light(255 - second, black);
                rgb[to + 2] = light(255 - third, black);
            }
        }
    }

    /** What an ink and black leave of the light. */
    private static int light(int ink, int storedBlack) {
        int product = ink * storedBlack + 128;
        return storedBlack - ((product >> 8) + product >> 8);
    }

    private static int clamp(int sample) {
        return Math.max(0, Math.min(255, sample));
    }
}
