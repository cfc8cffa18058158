package flotilla.load;

import java.util.OptionalLong;

/**
 * The end of one request.
 *
 * @param retries how often it was sent again because the server asked for that
 * @param acceptedNanos from sending to the 202 that promised an answer, if there was one
 */
record Reply(Answer answer, int retries, OptionalLong acceptedNanos) {}
