package flotilla.load;

/**
 * One request that ended. Times are nanoseconds since the run's start.
 *
 * @param number counts from 1
 * @param due when it was meant to be sent
 * @param sent when it was sent; later than due when something held it up
 */
record Shot(long number, LoadImage image, long due, long sent, long ended, Reply reply) {
    /** What a user would have waited who came when the request was due. */
    long latency() {
        return ended - due;
    }
}
