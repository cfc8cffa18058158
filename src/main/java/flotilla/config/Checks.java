package flotilla.config;

import java.time.Duration;

/** Checks of settings; each failure names the key and what it must be. */
final class Checks {
    private Checks() {}

    static void that(boolean holds, String key, String mustBe) {
        if (!holds) {
            throw new SettingsException(key + " must be " + mustBe);
        }
    }

    static void port(int port, String key) {
        that(port >= 0 && port <= 65_535, key, "a port from 0 to 65535");
    }

    static void atLeast(long value, long least, String key) {
        that(value >= least, key, "at least " + least + ", not " + value);
    }

    static void within(Duration value, Duration least, Duration most, String key) {
        that(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                key,
                "from " + text(least) + " to " + text(most) + ", not " + text(value));
    }

    static void positive(Duration value, String key) {
        that(!value.isNegative() && !value.isZero(), key, "longer than 0, not " + text(value));
    }

    static void notNegative(Duration value, String key) {
        that(!value.isNegative(), key, "0 or longer, not " + text(value));
    }

    static void notBlank(String value, String key) {
        that(!value.isBlank(), key, "given");
    }

    static String text(Duration value) {
        return value.toMillis() % 1000 == 0 ? value.toSeconds() + "s" : value.toMillis() + "ms";
    }
}
