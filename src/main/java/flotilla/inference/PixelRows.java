package flotilla.inference;

/** A decoded image, read row by row as 8-bit RGB. */
interface PixelRows {
    int width();

    int height();

    /**
     * Reads one row.
     *
     * @param rgb at least 3 × width values; filled with R, G, B of each pixel, 0 to 255
     */
    void readRow(int y, int[] rgb);

    /**
     * Reads a part of two rows at once.
     *
     * @param y the first of them; there may be no second
     * @param from the first pixel that is wanted
     * @param to one after the last
     * @param rgb at least 3 × width values; those of the pixels that are wanted are filled, R, G, B of each, 0 to 255, those of row
     *     {@code y} in the lower half of each value and those of row {@code y + 1}, or 0, in the upper half
     * @param scratch at least 3 × width values, which may be overwritten
     */
    default void readPair(int y, int from, int to, long[] rgb, int[] scratch) {
        readRow(y, scratch);
        for (int i = 3 * from; i < 3 * to; i++) {
            rgb[i] = scratch[i];
        }
        if (y + 1 < height()) {
            readRow(y + 1, scratch);
            for (int i = 3 * from; i < 3 * to; i++) {
                rgb[i] |= (long) scratch[i] << Integer.SIZE;
            }
        }
    }
}
