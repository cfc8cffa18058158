package flotilla.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What Maven wrote into the jar about itself. */
public final class BuildProperties {
    private static final String FILE = "/flotilla/version.properties";

    private BuildProperties() {}

    /** This product's version, such as {@code 1.2.0}. */
    public static String version() {
        return read("version");
    }

    /** The version of ONNX Runtime that the jar carries. */
    public static String onnxRuntimeVersion() {
        return read("onnxruntime");
    }

    private static String read(String key) {
        Properties properties = new Properties();
        try (InputStream in = BuildProperties.class.getResourceAsStream(FILE)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("the jar is incomplete: flotilla/version.properties", e);
        }
        return properties.getProperty(key);
    }
}
