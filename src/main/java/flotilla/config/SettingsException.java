package flotilla.config;

import com.typesafe.config.ConfigException;

/** A setting that cannot be used. The message is one line that names the key and says what to do. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int LONGEST_MESSAGE = 300;

    /** What the configuration library found wrong, in one line. */
    static SettingsException of(ConfigException failure) {
        String line = String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        return new SettingsException(
                line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…", failure);
    }

    public SettingsException(String message) {
        super(message);
    }

    public SettingsException(String message, Throwable cause) {
        super(message, cause);
    }
}
