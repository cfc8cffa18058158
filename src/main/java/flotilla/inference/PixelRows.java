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
}
