package flotilla.inference;

/** A header that tells how large its image is, as it is stored: before any rotation that EXIF asks for. */
interface ImageSize {
    /** In pixels; of an animation, that of its canvas. */
    int width();

    /** In pixels; of an animation, that of its canvas. */
    int height();
}
