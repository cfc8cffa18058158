package flotilla.inference;

/**
 * What the first bytes of an image turned out to be.
 *
 * @param <H> the header of one kind
 */
sealed interface HeaderScan<H> {
    /** The header is there, and what it says can be. */
    record Found<H>(H header) implements HeaderScan<H> {}

    /** The bytes end within the header. */
    record Ended<H>() implements HeaderScan<H> {}

    /**
     * No decoder could read it.
     *
     * @param reason goes on after "this JPEG "
     */
    record Broken<H>(String reason) implements HeaderScan<H> {}

    /**
     * A variety that is not decoded here.
     *
     * @param reason goes on after "this JPEG "
     */
    record Unsupported<H>(String reason) implements HeaderScan<H> {}
}
