package flotilla.drill;

/**
 * How many images clients may have sent at each point of a drill: in step with the kills, the last ones after the last. At a flood those of
 * some kills more come at once; and when all are answered so do those of one kill more, so that kills find workers at work.
 *
 * @param images of the whole drill
 * @param kills that are ordered
 */
record Load(int images, int kills) {
    /** Of the images, this part is under way before the first fault. */
    static final int HEAD_START = 20;

    /** The images of so many kills come at once at a flood. */
    private static final int FLOOD = 3;
    /** Never more ahead of the kills than that. */
    private static final int AHEAD = 10;

    /**
     * The number of images, sent ones included, that clients may send now.
     *
     * @param killed processes so far
     * @param released images that clients were allowed before
     * @param answered images
     */
    int due(int killed, int released, int answered, boolean flood) {
        int inStep = until(killed + 1 + (flood ? FLOOD : 0));
        int more = answered >= released ? Math.min(released + Math.max(1, until(1)), until(killed + AHEAD)) : 0;
        return Math.max(released, Math.max(inStep, more));
    }

    /** Those that are sent until so many processes have been killed. */
    private int until(int killed) {
        return (int) ((long) images * Math.min(killed, kills) / (kills + 1));
    }
}
