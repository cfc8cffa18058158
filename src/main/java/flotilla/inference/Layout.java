package flotilla.inference;

/** How the values of an image lie in memory. Networks calculate the same with both, at different speeds. */
enum Layout {
    /** All of red, then green, then blue: channels×height×width. */
    PLANAR,
    /** Pixel by pixel: height×width×channels, which PyTorch calls channels-last. */
    INTERLEAVED
}
