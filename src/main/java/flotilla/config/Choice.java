package flotilla.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Enumerated settings: {@code by-id} in a file is {@code BY_ID} in Java. */
final class Choice {
    private Choice() {}

    static <E extends Enum<E>> E of(Class<E> type, String text, String key) {
        for (E value : type.getEnumConstants()) {
            if (text(value).equals(text)) {
                return value;
            }
        }
        String choices =
                Arrays.stream(type.getEnumConstants()).map(Choice::text).collect(Collectors.joining(", "));
        throw new SettingsException(key + " must be one of " + choices + ", not \"" + text + "\"");
    }

    static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
