package flotilla.drill;

import java.util.regex.Pattern;

/**
 * Something for a {@link ServiceProxy} to do when a request comes by.
 *
 * @param request is found in the bytes of the request that is meant, read as Latin-1; one that falls on the border of two
 *     reads is missed
 * @param then gets who has stepped into it
 */
record Trap(Pattern request, Moment moment, Then then) {
    /** When a trap acts, and what becomes of what it has caught. */
    enum Moment {
        /** When the request comes, which is passed on after that. */
        PASSING,
        /** When the request comes, which is not passed on. */
        UNHEARD,
        /** When the answer comes, which is not passed on. */
        HEARD
    }

    /** What is done. */
    interface Then {
        /** @return false when it does not concern this one: all is passed on, and the trap waits for the next */
        boolean acts(Caught caught);
    }

    /**
     * Who stepped into a trap.
     *
     * @param port the client's
     * @param request what the pattern found
     */
    record Caught(int port, String request) {}
}
