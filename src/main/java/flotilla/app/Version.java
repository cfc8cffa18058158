package flotilla.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven wrote into the jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"flotilla " + number() + " (Java " + Runtime.version() + ")"};
    }

    /** Such as {@code 1.2.0}. */
    static String number() {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/flotilla/version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("the jar is incomplete: flotilla/version.properties", e);
        }
        return properties.getProperty("version");
    }
}
