package flotilla.app;

import flotilla.config.BuildProperties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven wrote into the jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"flotilla " + number() + " (Java " + Runtime.version() + ")"};
    }

    /** Such as {@code 1.2.0}. */
    static String number() {
        return BuildProperties.version();
    }
}
